using System.Collections.Immutable;
using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Schedules;
using Orchestrator.Actors.Tests.Collectives.Schedules;

namespace Orchestrator.Actors.Tests.Collectives.CostModel;

internal sealed class ScheduleCostTests
{
    private static readonly LinkCosts Simple = new(100, 1, 1);

    /// <summary>Each of the others sends ten bytes to rank 0.</summary>
    private static Schedule AllToOne { get; } = Schedule.ForEachRank(
        "all to one", CollectiveGoal.AllReduce, 4, 1, scratch: 0, rank => rank == 0 ? [Step.ReceiveReduce(1, 0), Step.ReceiveReduce(2, 0), Step.ReceiveReduce(3, 0)] : [Step.Send(0, 0)]);

    /// <summary>Rank 0 sends ten bytes to each of the others.</summary>
    private static Schedule OneToAll { get; } = Schedule.ForEachRank(
        "one to all", CollectiveGoal.Broadcast(0), 4, 1, scratch: 0, rank => rank == 0 ? [Step.Send(1, 0), Step.Send(2, 0), Step.Send(3, 0)] : [Step.Receive(0, 0)]);

    [Test]
    public void Messages_of_one_rank_share_its_port_and_not_their_latency() =>
        Assert.That(Time(OneToAll, Links.AllAlike(Simple)), Is.EqualTo(100 + (3 * 10)));

    [Test]
    public void Messages_to_one_rank_share_its_port_and_are_added_while_the_next_one_comes() =>
        Assert.That(Time(AllToOne, Links.AllAlike(Simple)), Is.EqualTo(100 + (3 * 10) + 10));

    [Test]
    public void A_message_inside_a_node_costs_what_it_costs_there()
    {
        // Ranks 0 and 1 are on one node, 2 and 3 on another.
        Links links = new(new LinkCosts(1, 1, 1), new LinkCosts(100, 5, 1), NodeSize: 2);

        Assert.That(Time(OneToAll, links), Is.EqualTo(10 + 50 + 100 + 50));
    }

    [Test]
    public void A_core_moves_all_that_the_ranks_on_it_receive() =>
        Assert.That(Time(OneToAll, new MachineCosts(Simple, Cores: 1)), Is.EqualTo(100 + (3 * 10)));

    [Test]
    public void Ranks_with_cores_of_their_own_move_at_the_same_time() =>
        Assert.That(Time(OneToAll, new MachineCosts(Simple, Cores: 4)), Is.EqualTo(100 + 10));

    [Test]
    public void A_receiver_moves_and_adds_one_after_the_other() =>
        Assert.That(Time(AllToOne, new MachineCosts(Simple, Cores: 4)), Is.EqualTo(100 + (3 * 20)));

    [Test]
    public void A_sender_does_its_share_of_the_moving_first() =>
        Assert.That(Time(OneToAll, new MachineCosts(Simple, Cores: 4) { SenderShare = 0.5 }), Is.EqualTo((3 * 5) + 100 + 5));

    [Test]
    public void Work_for_each_message_does_not_overlap_as_latencies_do() => Assert.That(
        Time(OneToAll, new MachineCosts(Simple, Cores: 4) { SenderShare = 0.5, PerMessage = 20 }),
        Is.EqualTo((3 * (10 + 5)) + 100 + 10 + 5));

    [Test]
    public void A_core_that_turns_to_another_rank_pays_for_it()
    {
        // Three ranks receive on one core, which began with rank 0.
        MachineCosts costs = new(Simple, Cores: 1) { Switch = 7 };

        Assert.That(Time(OneToAll, costs), Is.EqualTo(100 + (3 * 17)));
    }

    [Test]
    public void A_machine_with_few_cores_needs_at_least_all_work_divided_by_them(
        [Values(2, 3, 4, 8)] int worldSize, [Values(1, 2, 3)] int cores)
    {
        foreach (ScheduleSpec spec in Specs.All(worldSize))
        {
            Schedule schedule = spec.Build();
            ChunkLayout layout = new(10_000, schedule.Chunks);
            double work = schedule.ByRank.SelectMany(steps => steps).Sum(step => Work(step, layout));

            double time = ScheduleCost.Predict(schedule, 10_000, 1, new MachineCosts(Simple, cores));

            Assert.That(time, Is.GreaterThanOrEqualTo(work / cores), spec.ToString());
            Assert.That(time, Is.LessThanOrEqualTo(work + (100 * schedule.ByRank.Sum(steps => steps.Length))), spec.ToString());
        }
    }

    [Test]
    public void A_rank_that_waits_for_its_send_goes_on_when_the_peer_has_taken()
    {
        // Rank 1 takes the first message only when it has the third rank's, at 150.
        Schedule schedule = new("wait", CollectiveGoal.AllReduce, Chunks: 1, Scratch: 0,
        [
            [Step.Send(1, 0), Step.AwaitSent(1, 0), Step.Send(1, 0)],
            [Step.Receive(2, 0), Step.Receive(0, 0), Step.Receive(0, 0)],
            [Step.Send(1, 0)],
        ]);
        Links links = new(new LinkCosts(10, 1, 0), new LinkCosts(140, 1, 0), NodeSize: 2);

        Assert.That(Time(schedule, links), Is.EqualTo(150 + 10 + 10));
    }

    [Test]
    public void A_ring_sends_the_least_that_can_be([Values(2, 5, 16)] int worldSize)
    {
        ScheduleCost cost = ScheduleCost.Of(RingAllReduce.Build(worldSize), 100L * worldSize, 4, Links.AllAlike(Simple));

        Assert.That(cost.BytesSentMax, Is.EqualTo(2 * (worldSize - 1) * 400));
        Assert.That(cost.MessagesMax, Is.EqualTo(2 * (worldSize - 1)));
    }

    [Test]
    public void A_schedule_that_never_ends_has_no_price([Values] bool onCores)
    {
        Schedule ring = RingAllReduce.Build(3);
        Schedule broken = ring with { ByRank = ring.ByRank.SetItem(1, ImmutableArray<Step>.Empty) };

        Assert.That(
            () => Time(broken, onCores ? new MachineCosts(Simple, 2) : Links.AllAlike(Simple)),
            Throws.ArgumentException.With.Message.Contains("never ends"));
    }

    [Test]
    public void A_price_is_the_same_each_time()
    {
        foreach (ScheduleSpec spec in Specs.All(6))
        {
            MachineCosts costs = new(new LinkCosts(1e-6, 1e-10, 3e-11), 2);
            Assert.That(
                ScheduleCost.Predict(spec.Build(), 12_345, 4, costs),
                Is.EqualTo(ScheduleCost.Predict(spec.Build(), 12_345, 4, costs)));
        }
    }

    private static double Work(Step step, ChunkLayout layout) => step.Kind switch
    {
        StepKind.Receive => layout.LengthOf(step.Chunk, step.Count),
        StepKind.ReceiveReduce or StepKind.Reduce => 2 * layout.LengthOf(step.Chunk, step.Count),
        _ => 0,
    };

    private static double Time(Schedule schedule, Costs costs) => ScheduleCost.Of(schedule, 10, elementBytes: 1, costs).Time;
}
