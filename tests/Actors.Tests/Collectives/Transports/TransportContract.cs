using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Schedules;
using Orchestrator.Actors.Collectives.Transports;
using Orchestrator.Actors.Tests.Collectives.Schedules;

namespace Orchestrator.Actors.Tests.Collectives.Transports;

/// <summary>What each transport must do.</summary>
internal abstract class TransportContract
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    /// <summary>A ring of so many ranks.</summary>
    protected abstract ITransport[] Connect(int worldSize, TimeSpan operationDeadline);

    /// <summary>A rank of the ring connected last is lost.</summary>
    protected abstract void Kill(int rank, string reason);

    [TestCase(OnArrival.Add, new[] { 11f, 22f, 33f })]
    [TestCase(OnArrival.Replace, new[] { 10f, 20f, 30f })]
    public void A_chunk_is_added_or_replaces(OnArrival onArrival, float[] expected)
    {
        ITransport[] ranks = Connect(2, Ample);
        float[] target = Pinned(1, 2, 3);

        Gang.Run(2, rank => rank == 0 ? Send(ranks[0], 1, Pinned(10, 20, 30)) : Receive(ranks[1], 0, target, onArrival));

        Assert.That(target, Is.EqualTo(expected));
    }

    [Test]
    public void Empty_chunks_are_exchanged_too()
    {
        ITransport[] ranks = Connect(2, Ample);

        bool[] done = Gang.Run(2, rank =>
            rank == 0 ? Send(ranks[0], 1, Pinned()) : Receive(ranks[1], 0, Pinned(), OnArrival.Add));

        Assert.That(done, Is.All.True);
    }

    [Test]
    public void A_peer_that_never_sends_fails_the_operation_on_all_ranks_at_the_deadline()
    {
        ITransport[] ranks = Connect(3, Short);

        // Rank 0 begins nothing; rank 1 waits for it and rank 2 for rank 1.
        Exception?[] errors = Gang.Errors(2, rank => Receive(ranks[rank + 1], rank, Pinned(1), OnArrival.Add));
        Exception?[] later = Gang.Errors(1, _ => Receive(ranks[0], 2, Pinned(1), OnArrival.Add));

        Assert.That(errors.Concat(later), Is.All.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.Late)
            .And.Property(nameof(CollectiveException.Rank)).EqualTo(0)
            .And.Property(nameof(CollectiveException.RetryHelps)).True);
    }

    [Test]
    public void A_receiver_that_never_comes_fails_the_operation_at_the_deadline()
    {
        ITransport[] ranks = Connect(2, Short);

        Exception?[] errors = Gang.Errors(1, _ => Send(ranks[0], 1, Pinned(1)));

        Assert.That(errors[0], Is.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.Late)
            .And.Property(nameof(CollectiveException.Rank)).EqualTo(1));
    }

    [Test]
    public void A_peer_that_dies_in_mid_operation_fails_it_on_all_ranks()
    {
        ITransport[] ranks = Connect(3, Ample);

        Exception?[] errors = Gang.Errors(3, rank =>
        {
            if (rank < 2)
                Receive(ranks[rank], rank + 1, Pinned(1), OnArrival.Add, times: 2);
            else
                SendOnceAndDie();
        });

        Assert.That(errors[..2], Is.All.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.Aborted)
            .And.Property(nameof(CollectiveException.Rank)).EqualTo(2)
            .And.Message.Contains("out of memory"));

        void SendOnceAndDie()
        {
            Send(ranks[2], 1, Pinned(1));
            Kill(2, "out of memory");
        }
    }

    [Test]
    public void A_chunk_that_is_not_the_expected_one_fails_both_and_changes_nothing()
    {
        ITransport[] ranks = Connect(2, Ample);
        float[] target = Pinned(1, 2);

        Exception?[] errors = Gang.Errors(2, rank =>
        {
            if (rank == 0)
                Send(ranks[0], 1, Pinned(10, 20, 30), times: 2);
            else
                Receive(ranks[1], 0, target, OnArrival.Add);
        });

        Assert.That(errors, Is.All.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.Mismatch)
            .And.Property(nameof(CollectiveException.RetryHelps)).False);
        Assert.That(target, Is.EqualTo(new[] { 1f, 2f }));
    }

    [Test]
    public void An_operation_that_ends_badly_fails_the_ring()
    {
        ITransport[] ranks = Connect(2, Ample);
        ranks[0].Begin();
        ranks[0].End(succeeded: false);

        Exception?[] errors = Gang.Errors(1, _ => Receive(ranks[1], 0, Pinned(1), OnArrival.Add));

        Assert.That(errors[0], Is.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.Aborted)
            .And.Property(nameof(CollectiveException.Rank)).EqualTo(0));
    }

    [Test]
    public void The_interpreter_gets_stuck_exactly_where_the_checker_says_so()
    {
        Schedule schedule = ScheduleCheckerTests.BothSendFirst;
        ITransport[] ranks = Connect(2, Short);
        bool expected = ScheduleChecker.Faults(schedule, ranks[0].Semantics).Count > 0;

        Exception?[] errors = Gang.Errors(2, rank =>
        {
            ranks[rank].Begin();
            ScheduleInterpreter.Run<float>(schedule, ranks[rank], Pinned(1, 2), new Bucket(0, 2));
            ranks[rank].End(succeeded: true);
        });

        Assert.That(errors.Select(error => error is CollectiveException { Failure: CollectiveFailure.Late }), Is.All.EqualTo(expected));
    }

    /// <summary>The transport may read the memory from another thread, so that it must not move.</summary>
    protected static float[] Pinned(params float[] values)
    {
        float[] pinned = GC.AllocateArray<float>(values.Length, pinned: true);
        values.CopyTo(pinned, 0);
        return pinned;
    }

    private static bool Send(ITransport from, int to, float[] chunk, int times = 1) => InOperation(from, () =>
    {
        for (int i = 0; i < times; i++)
        {
            from.Send<float>(to, EnvelopeOf(chunk), chunk);
            from.AwaitTaken(to);
        }
    });

    private static bool Receive(ITransport at, int from, float[] target, OnArrival onArrival, int times = 1) => InOperation(at, () =>
    {
        for (int i = 0; i < times; i++)
            at.Receive<float>(from, EnvelopeOf(target), target, onArrival);
    });

    private static bool InOperation(ITransport rank, Action body)
    {
        bool succeeded = false;
        try
        {
            rank.Begin();
            body();
            succeeded = true;
        }
        finally
        {
            rank.End(succeeded);
        }

        return succeeded;
    }

    private static Envelope EnvelopeOf(float[] chunk) => new(sizeof(float), chunk.Length, Start: 0, chunk.Length);
}
