using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Tests.Collectives.Schedules;

internal sealed class ScheduleSpecTests
{
    [Test]
    public void What_does_not_concern_a_schedule_does_not_tell_it_from_another()
    {
        ScheduleSpec plain = ScheduleSpec.AllReduce(Algorithm.Direct, 4);
        ScheduleSpec adorned = ScheduleSpec.AllReduce(Algorithm.Direct, 4, channels: 2, segments: 8, nodeSize: 2);

        Assert.That(VerifiedSchedules.Of(adorned), Is.SameAs(VerifiedSchedules.Of(plain)));
    }

    [Test]
    public void What_concerns_a_schedule_does()
    {
        Assert.That(ScheduleSpec.AllReduce(Algorithm.Ring, 4, channels: 2).Build().Chunks, Is.EqualTo(8));
        Assert.That(ScheduleSpec.AllReduce(Algorithm.Chain, 4, segments: 5).Build().Chunks, Is.EqualTo(5));
        Assert.That(ScheduleSpec.AllReduce(Algorithm.DoubleTree, 4, segments: 5).Build().Chunks, Is.EqualTo(10));
        Assert.That(ScheduleSpec.AllReduce(Algorithm.Hierarchical, 8, nodeSize: 4).Build().Chunks, Is.EqualTo(8));
    }

    [Test]
    public void A_node_is_no_larger_than_the_world() =>
        Assert.That(ScheduleSpec.AllReduce(Algorithm.Hierarchical, 4, nodeSize: 16).Normalized().NodeSize, Is.EqualTo(4));

    [Test]
    public void All_barriers_are_one() =>
        Assert.That(
            new ScheduleSpec(CollectiveGoal.Barrier, Algorithm.Ring, 5, 1, 1, 1).Normalized(),
            Is.EqualTo(new ScheduleSpec(CollectiveGoal.Barrier, Algorithm.Tree, 5, 3, 1, 1).Normalized()));

    [Test]
    public void What_there_is_no_schedule_for_is_refused() =>
        Assert.That(
            () => new ScheduleSpec(CollectiveGoal.AllGather, Algorithm.Tree, 4, 1, 1, 1).Build(),
            Throws.TypeOf<NotSupportedException>().With.Message.Contains("Tree").And.Message.Contains("AllGather"));

    [TestCase(0, 1, 1, 1)]
    [TestCase(2, 0, 1, 1)]
    [TestCase(2, 1, 0, 1)]
    [TestCase(2, 1, 1, 0)]
    public void Numbers_that_make_no_sense_are_refused(int worldSize, int channels, int segments, int nodeSize) =>
        Assert.That(
            () => ScheduleSpec.AllReduce(Algorithm.Ring, worldSize, channels, segments, nodeSize).Build(),
            Throws.TypeOf<ArgumentOutOfRangeException>());

    /// <summary>The order in which direct adds is that of the ranks, in every chunk: what a loop over the ranks would give.</summary>
    [Test]
    public void Direct_adds_in_the_order_of_the_ranks([Range(1, 17)] int worldSize)
    {
        Random random = new(worldSize);
        double[] values = [.. Enumerable.Range(0, worldSize).Select(_ => random.NextDouble() - 0.5)];

        RandomRun<double> run = RandomRun<double>.Of(DirectAllReduce.Build(worldSize), room: 1, random, (rank, _) => values[rank])!;

        double expected = values.Aggregate((left, right) => left + right);
        Assert.That(run.Home.SelectMany(chunks => chunks), Is.All.EqualTo(expected));
    }
}
