using System.Collections.Immutable;
using CsCheck;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Tests.Collectives.Schedules;

internal sealed class ScheduleCheckerTests
{
    [Test]
    public void Every_rank_ends_with_the_sum_of_all(
        [Values] Algorithm algorithm, [Values] SendSemantics semantics, [Range(1, 64)] int worldSize)
    {
        Schedule schedule = VerifiedSchedules.Build(algorithm, worldSize);

        Assert.That(ScheduleChecker.Faults(schedule, semantics), Is.Empty);
    }

    [Test]
    public void Larger_worlds_end_with_the_sum_of_all_too([Values] Algorithm algorithm) =>
        Gen.Int[65, 256].Sample(
            worldSize =>
            {
                Schedule schedule = VerifiedSchedules.Build(algorithm, worldSize);

                Assert.That(ScheduleChecker.Faults(schedule, SendSemantics.Rendezvous), Is.Empty);
            },
            iter: 4);

    [Test]
    public void A_removed_step_is_seen_as_a_deadlock()
    {
        Schedule broken = With(RingAllReduce.Build(4), rank: 2, steps => steps.RemoveAt(5));

        Assert.That(KindsIn(broken), Does.Contain(ScheduleFaultKind.Deadlock));
    }

    [Test]
    public void A_last_phase_that_all_ranks_leave_out_is_seen_as_incomplete()
    {
        Schedule ring = RingAllReduce.Build(4);
        Schedule broken = ring with { ByRank = [.. ring.ByRank.Select(steps => steps.RemoveAt(5))] };

        Assert.That(KindsIn(broken), Is.EqualTo(new[] { ScheduleFaultKind.Incomplete }));
    }

    [Test]
    public void A_swapped_peer_is_seen_as_a_deadlock_and_a_message_that_nobody_takes()
    {
        Schedule broken = WithStep(
            RingAllReduce.Build(4), rank: 1, step: 2, step => step with { Send = step.Send!.Value with { To = 3 } });

        Assert.That(KindsIn(broken), Is.SupersetOf(new[] { ScheduleFaultKind.Deadlock, ScheduleFaultKind.NeverReceived }));
    }

    [Test]
    public void A_doubled_add_is_seen()
    {
        Schedule broken = WithStep(RingAllReduce.Build(4), rank: 1, step: 3, Flipped);

        Assert.That(KindsIn(broken), Does.Contain(ScheduleFaultKind.CountedTwice));
    }

    [Test]
    public void A_lost_add_is_seen()
    {
        Schedule broken = WithStep(RingAllReduce.Build(4), rank: 1, step: 1, Flipped);

        Assert.That(KindsIn(broken), Does.Contain(ScheduleFaultKind.Incomplete));
    }

    [Test]
    public void A_wrong_chunk_is_seen()
    {
        Schedule broken = WithStep(
            RingAllReduce.Build(4),
            rank: 1,
            step: 1,
            step => step with { Send = step.Send!.Value with { Chunk = step.Send.Value.Chunk ^ 1 } });

        Assert.That(KindsIn(broken), Does.Contain(ScheduleFaultKind.WrongChunk));
    }

    [TestCase(-1)]
    [TestCase(0)]
    [TestCase(4)]
    public void A_peer_that_does_not_exist_is_seen(int peer)
    {
        Schedule broken = WithStep(
            RingAllReduce.Build(4), rank: 0, step: 0, step => step with { Send = step.Send!.Value with { To = peer } });

        Assert.That(KindsIn(broken), Is.EqualTo(new[] { ScheduleFaultKind.OutOfRange }));
    }

    [Test]
    public void An_exchange_in_place_is_a_race_only_where_nothing_is_copied()
    {
        Schedule swap = Schedule.ForEachRank("swap", worldSize: 2, chunks: 1, rank =>
            [new Step(new Send(1 - rank, Chunk: 0), new Receive(1 - rank, Chunk: 0, OnArrival.Add))]);

        Assert.That(KindsIn(swap, SendSemantics.Rendezvous), Is.EqualTo(new[] { ScheduleFaultKind.Race }));
        Assert.That(KindsIn(swap, SendSemantics.Buffered), Is.Empty);
    }

    [Test]
    public void Two_that_both_send_first_wait_for_ever_only_where_nothing_is_copied()
    {
        Assert.That(KindsIn(BothSendFirst, SendSemantics.Rendezvous), Does.Contain(ScheduleFaultKind.Deadlock));
        Assert.That(KindsIn(BothSendFirst, SendSemantics.Buffered), Is.Empty);
    }

    [Test]
    public void Any_single_change_to_a_ring_is_seen() =>
        Gen.Select(Gen.Int[2, 9], Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Int[0, 3]).Sample((worldSize, rank, step, change) =>
        {
            Schedule ring = RingAllReduce.Build(worldSize);
            rank %= worldSize;
            step %= ring.ByRank[rank].Length;

            Schedule broken = change switch
            {
                0 => With(ring, rank, steps => steps.RemoveAt(step)),
                1 => WithStep(ring, rank, step, Flipped),
                2 => WithStep(ring, rank, step, s => s with { Send = null }),
                _ => WithStep(ring, rank, step, s => s with { Receive = null }),
            };

            Assert.That(ScheduleChecker.Faults(broken, SendSemantics.Rendezvous), Is.Not.Empty);
        });

    [Test]
    public void A_schedule_with_a_fault_does_not_pass_for_proven()
    {
        Schedule broken = WithStep(RingAllReduce.Build(4), rank: 1, step: 3, Flipped);

        Assert.That(
            () => VerifiedSchedules.Prove(broken, SendSemantics.Rendezvous),
            Throws.TypeOf<System.Diagnostics.UnreachableException>().With.Message.Contains("CountedTwice"));
    }

    /// <summary>Sends in one step, receives in the next; the two chunks keep it free of races.</summary>
    internal static Schedule BothSendFirst { get; } = Schedule.ForEachRank("send first", worldSize: 2, chunks: 2, rank =>
    [
        new Step(new Send(1 - rank, Chunk: rank), null),
        new Step(null, new Receive(1 - rank, Chunk: 1 - rank, OnArrival.Add)),
        new Step(new Send(1 - rank, Chunk: 1 - rank), null),
        new Step(null, new Receive(1 - rank, Chunk: rank, OnArrival.Replace)),
    ]);

    private static IEnumerable<ScheduleFaultKind> KindsIn(
        Schedule schedule, SendSemantics semantics = SendSemantics.Rendezvous) =>
        ScheduleChecker.Faults(schedule, semantics).Select(fault => fault.Kind).Distinct();

    private static Step Flipped(Step step) => step with
    {
        Receive = step.Receive!.Value with { OnArrival = 1 - step.Receive.Value.OnArrival },
    };

    private static Schedule WithStep(Schedule schedule, int rank, int step, Func<Step, Step> change) =>
        With(schedule, rank, steps => steps.SetItem(step, change(steps[step])));

    private static Schedule With(
        Schedule schedule, int rank, Func<ImmutableArray<Step>, ImmutableArray<Step>> change) =>
        schedule with { ByRank = schedule.ByRank.SetItem(rank, change(schedule.ByRank[rank])) };
}
