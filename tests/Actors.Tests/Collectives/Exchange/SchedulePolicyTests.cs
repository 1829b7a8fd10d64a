using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Schedules;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Tests.Collectives.Exchange;

internal sealed class SchedulePolicyTests
{
    /// <summary>A link where a message costs as much as 10,000 bytes.</summary>
    private static readonly MachineCosts Costs = new(new LinkCosts(alpha: 1e-5, beta: 1e-9, gamma: 1e-10), Cores: 64)
    {
        PerMessage = 5e-6,
    };

    [TestCase(AllReduceAlgorithm.Ring, "ring")]
    [TestCase(AllReduceAlgorithm.Tree, "tree")]
    [TestCase(AllReduceAlgorithm.DoubleTree, "double tree")]
    [TestCase(AllReduceAlgorithm.RecursiveDoubling, "recursive doubling")]
    [TestCase(AllReduceAlgorithm.HalvingDoubling, "halving and doubling")]
    [TestCase(AllReduceAlgorithm.Direct, "direct")]
    [TestCase(AllReduceAlgorithm.Chain, "chain")]
    [TestCase(AllReduceAlgorithm.Hierarchical, "hierarchical")]
    public void What_is_asked_for_runs_at_every_size(AllReduceAlgorithm algorithm, string name)
    {
        ISchedulePolicy policy = FixedPolicy.Of(new CommunicatorOptions { Algorithm = algorithm, NodeSize = 2 }, 4, costsFor: null);

        string[] names = [.. new long[] { 0, 4, 1 << 20, 1 << 30 }.Select(bytes => Name(policy, bytes))];

        Assert.That(names, Is.All.StartWith(name));
        Assert.That(policy.PredictedSeconds(1 << 20, ElementType.Float32), Is.Null);
    }

    [Test]
    public void Automatic_is_no_fixed_algorithm() => Assert.That(
        () => FixedPolicy.Of(new CommunicatorOptions { Algorithm = AllReduceAlgorithm.Auto }, 4, costsFor: null),
        Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void A_pipeline_has_pieces_for_what_is_large_and_not_for_what_is_small()
    {
        ISchedulePolicy policy = FixedPolicy.Of(
            new CommunicatorOptions { Algorithm = AllReduceAlgorithm.Chain, BucketBytes = 1 << 20 }, 4, costsFor: null);

        Assert.That(Chunks(policy, 1000), Is.LessThan(Chunks(policy, 1 << 20)));
        Assert.That(Chunks(policy, 1 << 25), Is.EqualTo(Chunks(policy, 1 << 20)), "a bucket is all that is in the pipeline");
    }

    [Test]
    public void The_other_collectives_have_a_schedule_whatever_AllReduce_runs(
        [Values(AllReduceAlgorithm.Ring, AllReduceAlgorithm.Direct, AllReduceAlgorithm.Tree)] AllReduceAlgorithm algorithm,
        [Values(CollectiveKind.ReduceScatter, CollectiveKind.AllGather, CollectiveKind.Broadcast, CollectiveKind.Barrier)] CollectiveKind kind)
    {
        ISchedulePolicy policy = FixedPolicy.Of(new CommunicatorOptions { Algorithm = algorithm }, 3, costsFor: null);

        Schedule schedule = policy.For(new CollectiveGoal(kind), 1 << 22, ElementType.Float32).Schedule;

        Assert.That(schedule.Goal.Kind, Is.EqualTo(kind));
    }

    [Test]
    public void A_fixed_algorithm_is_priced_by_the_same_costs()
    {
        ISchedulePolicy policy = FixedPolicy.Of(new CommunicatorOptions { BucketBytes = 1 << 16 }, 4, _ => Costs);

        double one = policy.PredictedSeconds(1 << 16, ElementType.Float32)!.Value;

        Assert.That(one, Is.Positive);
        Assert.That(policy.PredictedSeconds(1 << 20, ElementType.Float32), Is.EqualTo(16 * one).Within(1e-12));
        Assert.That(policy.PredictedSeconds((1 << 16) + 4, ElementType.Float32), Is.GreaterThan(one));
    }

    [Test]
    public void What_is_short_saves_messages_and_what_is_long_saves_bytes()
    {
        var policy = new AutoPolicy(8, _ => Costs);

        Assert.That(MessagesOf(policy, 64), Is.EqualTo(3), "lg 8");
        Assert.That(BytesOf(policy, 1 << 26), Is.LessThan(1.8 * (1 << 26)), "at most what a ring sends, and the rounding");
    }

    [Test]
    public void No_fixed_algorithm_is_expected_to_be_faster([Values(2, 3, 4, 8)] int worldSize)
    {
        var chosen = new AutoPolicy(worldSize, _ => Costs);
        foreach (AllReduceAlgorithm algorithm in Enum.GetValues<AllReduceAlgorithm>().Except([AllReduceAlgorithm.Auto]))
        {
            var fixedPolicy = FixedPolicy.Of(new CommunicatorOptions { Algorithm = algorithm }, worldSize, _ => Costs);
            foreach (long bytes in new long[] { 8, 4096, 1 << 16, 1 << 20 })
            {
                Assert.That(
                    chosen.PredictedSeconds(bytes, ElementType.Float32),
                    Is.LessThanOrEqualTo(1.16 * fixedPolicy.PredictedSeconds(bytes, ElementType.Float32)!.Value),
                    $"{algorithm}, {bytes} bytes: near enough for what sends fewer bytes");
            }
        }
    }

    [Test]
    public void The_choice_is_the_same_on_all_ranks_and_each_time()
    {
        foreach (long bytes in new long[] { 0, 8, 1000, 1 << 20, 1 << 28 })
        {
            (Schedule first, long bucket) = new AutoPolicy(4, _ => Costs).For(CollectiveGoal.AllReduce, bytes, ElementType.Float32);
            (Schedule second, long again) = new AutoPolicy(4, _ => Costs).For(CollectiveGoal.AllReduce, bytes, ElementType.Float32);
            Assert.That((second.Name, again), Is.EqualTo((first.Name, bucket)));
        }
    }

    private static string Name(ISchedulePolicy policy, long bytes) =>
        policy.For(CollectiveGoal.AllReduce, bytes, ElementType.Float32).Schedule.Name;

    private static int Chunks(ISchedulePolicy policy, long bytes) =>
        policy.For(CollectiveGoal.AllReduce, bytes, ElementType.Float32).Schedule.Chunks;

    private static double MessagesOf(AutoPolicy policy, long bytes) => ScheduleCost.Of(
        policy.For(CollectiveGoal.AllReduce, bytes, ElementType.Float32).Schedule, bytes / sizeof(float), sizeof(float), Costs).MessagesMax;

    private static double BytesOf(AutoPolicy policy, long bytes) => ScheduleCost.Of(
        policy.For(CollectiveGoal.AllReduce, bytes, ElementType.Float32).Schedule, bytes / sizeof(float), sizeof(float), Costs).BytesSentMax;
}
