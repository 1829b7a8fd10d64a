using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Tests.Collectives.CostModel;

internal sealed class ChooserTests
{
    private const int ElementBytes = 4;

    private static readonly Links Ethernet = Links.AllAlike(new LinkCosts(20e-6, 0.8e-9, 0.1e-9));

    [Test]
    public void The_choice_is_the_cheapest_of_all_candidates(
        [Values(1, 2, 3, 8)] int worldSize, [Values(1, 10_000, 10_000_000)] long length)
    {
        Choice choice = Chooser.Choose(CollectiveGoal.AllReduce, worldSize, length, ElementBytes, Ethernet);

        Assert.That(choice.Best.Time, Is.EqualTo(choice.Candidates.Min(candidate => candidate.Time)));
        Assert.That(choice.Candidates, Does.Contain(choice.Best));
        Assert.That(choice.Candidates.Select(candidate => candidate.Spec), Is.Unique);
    }

    [Test]
    public void Every_algorithm_is_a_candidate()
    {
        Links twoLevels = new(new LinkCosts(1e-6, 1e-10, 0), new LinkCosts(1e-5, 1e-9, 0), NodeSize: 4);

        Choice choice = Chooser.Choose(CollectiveGoal.AllReduce, 8, 1000, ElementBytes, twoLevels);

        Assert.That(
            choice.Candidates.Select(candidate => candidate.Spec.Algorithm).Distinct(),
            Is.EquivalentTo(Enum.GetValues<Algorithm>()));
    }

    [Test]
    public void Equal_arguments_give_equal_choices()
    {
        Choice one = Chooser.Choose(CollectiveGoal.AllReduce, 6, 12_345, ElementBytes, Ethernet);
        Choice other = Chooser.Choose(CollectiveGoal.AllReduce, 6, 12_345, ElementBytes, Ethernet);

        Assert.That(other.Candidates, Is.EqualTo(one.Candidates));
        Assert.That(other.Best, Is.EqualTo(one.Best));
    }

    [Test]
    public void Little_goes_in_few_steps_over_many_ranks_and_much_goes_in_few_bytes()
    {
        Algorithm little = Chooser.Choose(CollectiveGoal.AllReduce, 1024, 2, ElementBytes, Ethernet).Best.Spec.Algorithm;
        Choice much = Chooser.Choose(CollectiveGoal.AllReduce, 9, 50_000_000, ElementBytes, Ethernet);

        Assert.That(little, Is.EqualTo(Algorithm.Direct).Or.EqualTo(Algorithm.RecursiveDoubling));
        ScheduleCost cost = ScheduleCost.Of(much.Best.Spec.Build(), 9000, ElementBytes, Ethernet);
        Assert.That(cost.BytesSentMax, Is.EqualTo(2 * 8 * 1000 * ElementBytes));
    }

    [Test]
    public void Slow_links_between_nodes_ask_for_two_levels()
    {
        Links nodes = new(new LinkCosts(2e-6, 1 / 450e9, 0), new LinkCosts(20e-6, 1 / 1.25e9, 0), NodeSize: 8);

        Choice choice = Chooser.Choose(CollectiveGoal.AllReduce, 64, 25_000_000, ElementBytes, nodes);

        Assert.That(choice.Best.Spec.Algorithm, Is.EqualTo(Algorithm.Hierarchical));
    }

    [Test]
    public void Where_ranks_share_cores_the_least_work_wins()
    {
        // Four ranks on two cores: what recursive doubling does twice over, others share out.
        MachineCosts machine = new(new LinkCosts(1e-6, 1e-10, 1e-10), Cores: 2);

        Choice choice = Chooser.Choose(CollectiveGoal.AllReduce, 4, 10_000_000, ElementBytes, machine);

        Candidate doubling = choice.Candidates.Single(candidate => candidate.Spec.Algorithm == Algorithm.RecursiveDoubling);
        Assert.That(choice.Best.Time, Is.LessThan(0.6 * doubling.Time));
    }

    [Test]
    public void Every_goal_has_a_choice()
    {
        foreach (CollectiveKind kind in Enum.GetValues<CollectiveKind>())
        {
            Choice choice = Chooser.Choose(new CollectiveGoal(kind), 5, 1000, ElementBytes, Ethernet);
            Assert.That(VerifiedSchedules.Of(choice.Best.Spec).Goal.Kind, Is.EqualTo(kind));
        }
    }

    [TestCase(2, 0.1)]
    [TestCase(8, 0.05)]
    [TestCase(16, 0.5)]
    public void A_bucket_wastes_no_more_on_latency_than_it_may_and_is_no_longer_than_it_must(int worldSize, double waste)
    {
        const double beta = 1e-9;
        Links links = Links.AllAlike(new LinkCosts(50e-6, beta, 0));
        const long length = 1L << 30;

        long bucket = Chooser.BucketBytes(worldSize, length, ElementBytes, links, waste);

        double bytesAlone = 2.0 * (worldSize - 1) / worldSize * beta;
        Assert.That(TimePerByte(bucket), Is.LessThanOrEqualTo((1 + (1.1 * waste)) * bytesAlone));
        Assert.That(TimePerByte(bucket / 2), Is.GreaterThan((1 + waste) * bytesAlone));

        double TimePerByte(long bytes) =>
            Chooser.Choose(CollectiveGoal.AllReduce, worldSize, bytes / ElementBytes, ElementBytes, links).Best.Time / bytes;
    }

    [Test]
    public void A_small_buffer_is_one_bucket() =>
        Assert.That(Chooser.BucketBytes(2, 100, ElementBytes, Ethernet, 0.01), Is.EqualTo(64 << 10));
}
