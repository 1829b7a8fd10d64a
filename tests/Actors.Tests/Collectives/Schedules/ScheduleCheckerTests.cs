using System.Collections.Immutable;
using Orchestrator.Actors.Collectives.Schedules;
using static Orchestrator.Actors.Tests.Collectives.Schedules.Damage;

namespace Orchestrator.Actors.Tests.Collectives.Schedules;

/// <summary>The checker finds each kind of fault where there is one. Which schedules it passes is in <see cref="ProofTests"/>.</summary>
internal sealed class ScheduleCheckerTests
{
    private static Schedule Ring4 => RingAllReduce.Build(4);

    [Test]
    public void A_removed_receive_is_seen_as_a_message_that_nobody_takes() =>
        Assert.That(KindsIn(Without(Ring4, rank: 2, StepKind.Receive, 2)), Does.Contain(ScheduleFaultKind.NeverReceived));

    [Test]
    public void A_removed_send_is_seen_as_a_deadlock() =>
        Assert.That(KindsIn(Without(DirectAllGather.Build(4), rank: 2, StepKind.Send, 1)), Does.Contain(ScheduleFaultKind.Deadlock));

    [Test]
    public void A_last_hop_that_all_ranks_leave_out_is_seen_as_incomplete()
    {
        Schedule broken = Schedule.ForEachRank(
            "short ring", CollectiveGoal.AllReduce, 4, 4, scratch: 0, rank => Ring4.ByRank[rank].Where(IsMove).Take(10));

        Assert.That(KindsIn(broken), Is.EqualTo(new[] { ScheduleFaultKind.Incomplete }));
    }

    [Test]
    public void A_swapped_peer_is_seen_as_a_message_that_nobody_takes()
    {
        Schedule broken = WithMove(Ring4, rank: 1, StepKind.Send, 4, step => step with { Peer = 3 });

        Assert.That(KindsIn(broken), Does.Contain(ScheduleFaultKind.NeverReceived));
    }

    [Test]
    public void A_doubled_add_is_seen()
    {
        Schedule broken = WithMove(Ring4, rank: 1, StepKind.Receive, 0, step => step with { Kind = StepKind.ReceiveReduce });

        Assert.That(KindsIn(broken), Does.Contain(ScheduleFaultKind.CountedTwice));
    }

    [Test]
    public void A_lost_add_is_seen()
    {
        Schedule broken = WithMove(Ring4, rank: 1, StepKind.ReceiveReduce, 1, step => step with { Kind = StepKind.Receive });

        Assert.That(KindsIn(broken), Does.Contain(ScheduleFaultKind.Incomplete));
    }

    [Test]
    public void A_wrong_chunk_is_seen()
    {
        Schedule broken = WithMove(Ring4, rank: 1, StepKind.Send, 1, step => step with { Chunk = step.Chunk ^ 1 });

        Assert.That(KindsIn(broken), Does.Contain(ScheduleFaultKind.WrongChunk));
    }

    [Test]
    public void A_message_of_another_length_is_seen()
    {
        Schedule broken = WithMove(HalvingDoubling.Build(4), rank: 1, StepKind.Send, 0, step => step with { Count = 1 });

        Assert.That(KindsIn(broken), Does.Contain(ScheduleFaultKind.WrongChunk));
    }

    [TestCase(-1)]
    [TestCase(0)]
    [TestCase(4)]
    public void A_peer_that_does_not_exist_is_seen(int peer)
    {
        Schedule broken = WithMove(Ring4, rank: 0, StepKind.Send, 0, step => step with { Peer = peer });

        Assert.That(KindsIn(broken), Is.EqualTo(new[] { ScheduleFaultKind.OutOfRange }));
    }

    [TestCase(-1, -1, 1)]
    [TestCase(4, -1, 1)]
    [TestCase(3, -1, 2)]
    [TestCase(0, -1, 0)]
    [TestCase(0, -2, 1)]
    [TestCase(0, 0, 1)]
    public void A_place_that_does_not_exist_is_seen(int chunk, int place, int count)
    {
        Schedule broken = WithMove(Ring4, rank: 0, StepKind.Send, 0, step =>
            step with { Chunk = chunk, Place = (short)place, Count = (ushort)count });

        Assert.That(KindsIn(broken), Is.EqualTo(new[] { ScheduleFaultKind.OutOfRange }));
    }

    [Test]
    public void Several_chunks_do_not_go_into_a_place_for_one()
    {
        Schedule schedule = new("two in one", CollectiveGoal.AllReduce, Chunks: 2, Scratch: 1,
        [
            [Step.Send(1, 0, count: 2), Step.AwaitSent(1, 0)],
            [Step.Receive(0, 0, place: 0, count: 2)],
        ]);

        Assert.That(KindsIn(schedule), Is.EqualTo(new[] { ScheduleFaultKind.OutOfRange }));
    }

    [Test]
    public void Parts_need_as_many_chunks_for_each_rank()
    {
        Schedule broken = RingAllGather.Build(3) with { Chunks = 4 };

        Assert.That(KindsIn(broken), Is.EqualTo(new[] { ScheduleFaultKind.OutOfRange }));
    }

    [Test]
    public void A_root_that_does_not_exist_is_seen()
    {
        Schedule broken = RingAllGather.Build(3) with { Goal = CollectiveGoal.Broadcast(3) };

        Assert.That(KindsIn(broken), Is.EqualTo(new[] { ScheduleFaultKind.OutOfRange }));
    }

    [Test]
    public void An_exchange_in_place_without_a_wait_is_a_race()
    {
        Schedule swap = new("swap", CollectiveGoal.AllReduce, Chunks: 1, Scratch: 0,
        [
            [Step.Send(1, 0), Step.ReceiveReduce(1, 0), Step.AwaitSent(1, 0)],
            [Step.Send(0, 0), Step.ReceiveReduce(0, 0), Step.AwaitSent(0, 0)],
        ]);

        Assert.That(KindsIn(swap), Is.EqualTo(new[] { ScheduleFaultKind.Race }));
    }

    [Test]
    public void An_exchange_in_place_with_waits_is_a_deadlock()
    {
        Schedule swap = Schedule.ForEachRank("swap", CollectiveGoal.AllReduce, 2, 1, scratch: 0, rank =>
            [Step.Send(1 - rank, 0), Step.ReceiveReduce(1 - rank, 0)]);

        Assert.That(KindsIn(swap), Does.Contain(ScheduleFaultKind.Deadlock));
    }

    [Test]
    public void A_scratch_place_that_is_filled_again_while_it_is_read_is_a_race_whatever_the_chunk()
    {
        Schedule schedule = new("scratch", CollectiveGoal.AllReduce, Chunks: 2, Scratch: 1,
        [
            [Step.Receive(1, 0, place: 0), Step.Send(1, 0, place: 0), Step.Receive(1, 1, place: 0), Step.AwaitSent(1, 0)],
            [Step.Send(0, 0), Step.Send(0, 1), Step.Receive(0, 0, place: 0), Step.AwaitSent(0, 0)],
        ]);

        Assert.That(KindsIn(schedule), Is.EqualTo(new[] { ScheduleFaultKind.Race }));
    }

    [Test]
    public void An_answer_does_not_prove_that_a_message_was_taken()
    {
        // Rank 1 answers after it has taken; only a wait says so to every transport.
        Schedule schedule = new("answer", CollectiveGoal.AllReduce, Chunks: 1, Scratch: 0,
        [
            [Step.Send(1, 0), Step.Receive(1, 0), Step.AwaitSent(1, 0)],
            [Step.ReceiveReduce(0, 0), Step.Send(0, 0), Step.AwaitSent(0, 0)],
        ]);

        Assert.That(KindsIn(schedule), Is.EqualTo(new[] { ScheduleFaultKind.Race }));
    }

    [Test]
    public void A_rank_that_ends_while_a_peer_reads_its_memory_is_a_race()
    {
        Schedule broken = WithoutLast(Ring4, rank: 3);

        Assert.That(KindsIn(broken), Is.EqualTo(new[] { ScheduleFaultKind.Race }));
    }

    [Test]
    public void A_wait_that_lets_one_more_be_under_way_is_a_race()
    {
        ImmutableArray<Step> steps = Ring4.ByRank[3];
        Schedule broken = Ring4 with { ByRank = Ring4.ByRank.SetItem(3, steps.SetItem(steps.Length - 1, Step.AwaitSent(0, 1))) };

        Assert.That(KindsIn(broken), Is.EqualTo(new[] { ScheduleFaultKind.Race }));
    }

    [Test]
    public void A_scratch_place_that_was_never_filled_is_seen()
    {
        Schedule broken = Without(RecursiveDoubling.Build(2), rank: 0, StepKind.Receive, 0);

        Assert.That(KindsIn(broken), Does.Contain(ScheduleFaultKind.NotReady));
    }

    [Test]
    public void A_scratch_place_that_holds_another_chunk_is_seen()
    {
        Schedule schedule = new("other chunk", CollectiveGoal.AllReduce, Chunks: 2, Scratch: 1,
        [
            [Step.Receive(1, 0, place: 0), Step.Reduce(1, place: 0)],
            [Step.Send(0, 0), Step.AwaitSent(0, 0)],
        ]);

        Assert.That(KindsIn(schedule), Does.Contain(ScheduleFaultKind.NotReady));
    }

    [Test]
    public void A_part_that_has_not_arrived_cannot_be_sent_on()
    {
        Schedule broken = WithMove(RingAllGather.Build(4), rank: 1, StepKind.Send, 0, step => step with { Chunk = 2 });

        Assert.That(KindsIn(broken), Does.Contain(ScheduleFaultKind.NotReady));
    }

    [Test]
    public void Two_that_both_receive_first_wait_for_ever()
    {
        Schedule schedule = Schedule.ForEachRank("receive first", CollectiveGoal.AllReduce, 2, 1, scratch: 1, rank =>
            [Step.Receive(1 - rank, 0, place: 0), Step.Send(1 - rank, 0), Step.Reduce(0, place: 0)]);

        Assert.That(KindsIn(schedule), Does.Contain(ScheduleFaultKind.Deadlock));
    }

    [Test]
    public void Two_that_both_send_twice_wait_for_ever_over_the_strictest_transport()
    {
        Schedule schedule = Schedule.ForEachRank("send twice", CollectiveGoal.AllReduce, 2, 2, scratch: 2, rank =>
        [
            Step.Send(1 - rank, 0), Step.Send(1 - rank, 1),
            Step.Receive(1 - rank, 0, place: 0), Step.Receive(1 - rank, 1, place: 1),
            Step.Reduce(0, place: 0), Step.Reduce(1, place: 1),
        ]);

        Assert.That(KindsIn(schedule), Does.Contain(ScheduleFaultKind.Deadlock));
    }

    [Test]
    public void Ranks_that_add_in_orders_of_their_own_are_seen()
    {
        Schedule everyoneAddsAll = Schedule.ForEachRank("everyone", CollectiveGoal.AllReduce, 3, 1, scratch: 2, rank =>
        [
            Step.Send((rank + 1) % 3, 0), Step.Send((rank + 2) % 3, 0),
            Step.Receive((rank + 1) % 3, 0, place: 0), Step.Receive((rank + 2) % 3, 0, place: 1),
            Step.Reduce(0, place: 0), Step.Reduce(0, place: 1),
        ]);

        Assert.That(KindsIn(everyoneAddsAll), Is.EqualTo(new[] { ScheduleFaultKind.DifferentBits }));
    }

    [Test]
    public void A_contribution_that_does_not_belong_there_is_seen()
    {
        Schedule schedule = new("mixed", CollectiveGoal.AllGather, Chunks: 2, Scratch: 0,
        [
            [Step.Send(1, 0), Step.Receive(1, 1), Step.AwaitSent(1, 0)],
            [Step.ReceiveReduce(0, 1), Step.Send(0, 1), Step.AwaitSent(0, 0)],
        ]);

        Assert.That(KindsIn(schedule), Is.SupersetOf(new[] { ScheduleFaultKind.WrongChunk, ScheduleFaultKind.Foreign }));
    }

    [Test]
    public void A_barrier_without_its_last_round_ends_before_all_have_begun()
    {
        Schedule whole = DisseminationBarrier.Build(5);
        Schedule broken = Schedule.ForEachRank("short", CollectiveGoal.Barrier, 5, 1, scratch: 1, rank =>
            whole.ByRank[rank].Where(IsMove).Take(4));

        Assert.That(KindsIn(broken), Is.EqualTo(new[] { ScheduleFaultKind.Incomplete }));
    }

    [Test]
    public void A_schedule_with_a_fault_does_not_pass_for_proven()
    {
        Schedule broken = WithMove(Ring4, rank: 1, StepKind.Receive, 0, step => step with { Kind = StepKind.ReceiveReduce });

        Assert.That(
            () => VerifiedSchedules.Prove(broken),
            Throws.TypeOf<System.Diagnostics.UnreachableException>().With.Message.Contains("CountedTwice"));
    }

    private static IEnumerable<ScheduleFaultKind> KindsIn(Schedule schedule) =>
        ScheduleChecker.Faults(schedule).Select(fault => fault.Kind).Distinct();
}
