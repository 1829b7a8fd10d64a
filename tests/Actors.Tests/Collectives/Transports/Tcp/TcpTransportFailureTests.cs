using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Rendezvous;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Tests.Collectives.Transports.Tcp;

/// <summary>Whatever goes wrong, all ranks fail with the rank that began it and the reason, and no target is half trusted.</summary>
internal sealed class TcpTransportFailureTests
{
    private const int Culprit = 2;

    private LocalRendezvous _rendezvous = null!;

    [SetUp]
    public void SetUp() => _rendezvous = new LocalRendezvous();

    [Test]
    public void A_peer_that_dies_fails_the_operation_on_all_ranks([Values] bool resets, [Values] bool inTheMiddleOfAChunk)
    {
        byte[] chunk = TcpRing.Pinned(1 << 20);

        // Rank 0 waits for the culprit, rank 1 for rank 0.
        CollectiveException[] errors = FailTogether(
            (rank, transport) => Receive(transport, rank == 0 ? Culprit : 0, chunk),
            culprit =>
            {
                if (inTheMiddleOfAChunk)
                {
                    _ = culprit.Data(0).Send(culprit.Header(0, TcpRing.Whole(chunk)));
                    _ = culprit.Data(0).Send(chunk.AsSpan(0, 1000));
                }

                culprit.Die(resets);
            });

        AssertAll(errors, CollectiveFailure.Died);
    }

    [Test]
    public void A_peer_that_dies_fails_those_that_send_to_it([Values] bool resets)
    {
        byte[] chunk = TcpRing.Pinned(64 << 20);

        CollectiveException[] errors = FailTogether(
            (_, transport) =>
            {
                transport.Send(Culprit, TcpRing.Whole(chunk), chunk);
                transport.AwaitSent(Culprit, 0);
            },
            culprit => culprit.Die(resets));

        AssertAll(errors, CollectiveFailure.Died);
    }

    /// <summary>Each byte of a header counts.</summary>
    [Test]
    public void A_header_with_a_wrong_byte_fails_all_ranks_and_leaves_the_target_alone([Range(0, DataFrame.Bytes - 1)] int wrongByte)
    {
        byte[] source = TcpRing.Pinned(400, seed: 1);
        byte[] target = TcpRing.Pinned(400);
        byte[] before = [.. target];

        CollectiveException[] errors = FailTogether(
            (rank, transport) => Receive(transport, rank == 0 ? Culprit : 0, target),
            culprit =>
            {
                byte[] header = culprit.Header(0, TcpRing.Whole(source));
                header[wrongByte] ^= 0x55;
                _ = culprit.Data(0).Send((byte[])[.. header, .. source]);
            });

        AssertAll(errors, wrongByte switch
        {
            >= 8 and < 16 => CollectiveFailure.StaleEpoch,
            (>= 16 and < 24) or (>= 32 and < 52) => CollectiveFailure.Mismatch,
            _ => CollectiveFailure.Garbage,
        });
        Assert.That(target, Is.EqualTo(before));
    }

    [Test]
    public void A_frame_of_an_older_epoch_is_named_as_such()
    {
        byte[] chunk = TcpRing.Pinned(4);

        CollectiveException[] errors = FailTogether(
            (rank, transport) => Receive(transport, rank == 0 ? Culprit : 0, chunk),
            culprit =>
            {
                byte[] header = new byte[DataFrame.Bytes];
                new DataFrame(culprit.LinkTo(0) with { Token = 6 }, 0, 0, 0, TcpRing.Whole(chunk)).Write(header);
                _ = culprit.Data(0).Send(header);
            });

        AssertAll(errors, CollectiveFailure.StaleEpoch);
        Assert.That(errors[0].Message, Does.Contain("epoch 6"));
    }

    [Test]
    public void Elements_of_a_type_that_there_is_not_are_garbage()
    {
        byte[] chunk = TcpRing.Pinned(4);

        CollectiveException[] errors = FailTogether(
            (rank, transport) => Receive(transport, rank == 0 ? Culprit : 0, chunk),
            culprit =>
            {
                byte[] header = culprit.Header(0, TcpRing.Whole(chunk));
                header[6] = 200;
                _ = culprit.Data(0).Send(header);
            });

        AssertAll(errors, CollectiveFailure.Garbage);
        Assert.That(errors[0].Message, Does.Contain("type 200"));
    }

    [Test]
    public void Garbage_beside_the_data_fails_all_ranks()
    {
        byte[] chunk = TcpRing.Pinned(4);

        CollectiveException[] errors = FailTogether(
            (rank, transport) => Receive(transport, rank == 0 ? Culprit : 0, chunk),
            culprit => culprit.Control(1).Send(TcpRing.Pinned(500, seed: 11)));

        AssertAll(errors, CollectiveFailure.Garbage);
    }

    [Test]
    public void A_rank_that_gives_up_tells_the_others_why()
    {
        byte[] chunk = TcpRing.Pinned(4);
        RingFailure failure = RingFailure.Aborted(Culprit, "out of memory", retryHelps: false);

        CollectiveException[] errors = FailTogether(
            (rank, transport) => Receive(transport, rank == 0 ? Culprit : 0, chunk),
            culprit =>
            {
                for (int to = 0; to < Culprit; to++)
                    _ = culprit.Control(to).Send(culprit.Frame(to, ControlFrame.Abort(failure)));
                culprit.Die(resets: false);
            });

        AssertAll(errors, CollectiveFailure.Aborted);
        Assert.That(errors, Is.All.Message.Contains("out of memory").And.All.Property(nameof(CollectiveException.RetryHelps)).False);
    }

    [Test]
    public void A_peer_that_never_sends_fails_the_operation_on_all_ranks_at_the_deadline()
    {
        using TcpRing ring = TcpRing.Join(3, TcpRing.Options with { OperationDeadline = TcpRing.Answerable });
        byte[] chunk = TcpRing.Pinned(4);

        // Rank 0 begins nothing; rank 1 waits for it and rank 2 for rank 1.
        Exception?[] errors = Gang.Errors(2, rank => TcpRing.Operate(ring[rank + 1], () => Receive(ring[rank + 1], rank, chunk)));
        Exception?[] later = Gang.Errors(1, _ => TcpRing.Operate(ring[0], () => Receive(ring[0], 2, chunk)));

        AssertAll([.. errors.Concat(later)], CollectiveFailure.Late, rank: 0);
    }

    [Test]
    public void A_rank_that_hangs_is_blamed_and_not_one_that_is_done()
    {
        using TcpRing ring = TcpRing.Join(3, TcpRing.Options with { OperationDeadline = TcpRing.Answerable });
        byte[] chunk = TcpRing.Pinned(4);

        // Rank 0 has done its part and computes; rank 1 has it and hangs; rank 2 waits for rank 1.
        TcpRing.Operate(ring[0], () => ring[0].Send(1, TcpRing.Whole(chunk), chunk));
        ring[1].Begin();
        Receive(ring[1], 0, chunk);
        Exception?[] errors = Gang.Errors(1, _ => TcpRing.Operate(ring[2], () => Receive(ring[2], 1, chunk)));

        AssertAll(errors, CollectiveFailure.Late, rank: 1);
    }

    [Test]
    public void A_receiver_that_never_comes_fails_the_operation_at_the_deadline()
    {
        using TcpRing ring = TcpRing.Join(2, TcpRing.Options with { OperationDeadline = TcpRing.Short });
        byte[] chunk = TcpRing.Pinned(64 << 20);

        Exception?[] errors = Gang.Errors(1, _ => TcpRing.Operate(ring[0], () =>
        {
            ring[0].Send(1, TcpRing.Whole(chunk), chunk);
            ring[0].AwaitSent(1, 0);
        }));

        AssertAll(errors, CollectiveFailure.Late, rank: 1);
    }

    [Test]
    public void A_chunk_that_is_not_the_expected_one_fails_both_and_changes_nothing()
    {
        using TcpRing ring = TcpRing.Join(2);
        byte[] target = TcpRing.Floats(1, 2);
        byte[] source = TcpRing.Floats(10, 20, 30);

        Exception?[] receiver = Gang.Errors(2, rank => TcpRing.Operate(ring[rank], () =>
        {
            if (rank == 0)
                ring[0].Send(1, TcpRing.Whole(source), source);
            else
                Receive(ring[1], 0, target);
        }));
        Exception?[] sender = Gang.Errors(1, _ => TcpRing.Operate(ring[0], () => Receive(ring[0], 1, target)));

        AssertAll([receiver[1], .. sender], CollectiveFailure.Mismatch, rank: 0);
        Assert.That(TcpRing.AsFloats(target), Is.EqualTo(new[] { 1f, 2f }));
    }

    [Test]
    public void An_operation_that_ends_badly_fails_the_ring()
    {
        using TcpRing ring = TcpRing.Join(3);
        ring[0].Begin();
        ring[0].End(succeeded: false);

        Exception?[] errors = Gang.Errors(2, rank => TcpRing.Operate(ring[rank + 1], () => Receive(ring[rank + 1], 0, TcpRing.Pinned(4))));

        AssertAll(errors, CollectiveFailure.Aborted, rank: 0);
    }

    [Test]
    public void A_failure_from_another_thread_wakes_all_that_wait([Values] bool spins)
    {
        using TcpRing ring = TcpRing.Join(3, TcpRing.Options with { Spin = spins });
        using CountdownEvent waiting = new(3);

        Task<Exception?[]> errors = Task.Run(() => ring.Operate((rank, transport) =>
        {
            waiting.Signal();
            Receive(transport, (rank + 1) % 3, TcpRing.Pinned(4));
        }));
        waiting.Wait();
        ring[1].Fail(RingFailure.Cancelled(1));

        AssertAll(errors.GetAwaiter().GetResult(), CollectiveFailure.Cancelled, rank: 1);
    }

    [Test]
    public void A_rank_that_leaves_disturbs_no_operation_of_which_it_has_done_its_part()
    {
        using TcpRing ring = TcpRing.Join(3);
        byte[] source = TcpRing.Pinned(8 << 20, seed: 4);
        byte[] target = TcpRing.Pinned(8 << 20);
        byte[] small = TcpRing.Pinned(4);

        // Rank 2 hands over a chunk and leaves, before rank 0 has told rank 1 to take it.
        TcpTransport leaver = ring[2];
        Task handingOver = Task.Run(() =>
        {
            TcpRing.Operate(leaver, () => leaver.Send(1, TcpRing.Whole(source), source));
            leaver.Dispose();
        });
        ring[1].Begin();
        Receive(ring[1], 2, target);
        handingOver.GetAwaiter().GetResult();
        Exception?[] errors = Gang.Errors(2, rank =>
        {
            if (rank == 1)
            {
                Receive(ring[1], 0, small);
                ring[1].End(succeeded: true);
            }
            else
            {
                TcpRing.Operate(ring[0], () => ring[0].Send(1, TcpRing.Whole(small), small));
            }
        });
        Exception?[] next = Gang.Errors(2, rank => TcpRing.Operate(ring[rank], () => Receive(ring[rank], 1 - rank, small)));

        Assert.That(errors, Is.All.Null);
        Assert.That(target, Is.EqualTo(source));
        AssertAll(next, CollectiveFailure.Left, rank: 2);
    }

    [Test]
    public void Whoever_waits_for_a_rank_that_leaves_fails_at_once()
    {
        using TcpRing ring = TcpRing.Join(3);

        Exception?[] errors = Gang.Errors(3, rank =>
        {
            if (rank == 2)
                ring[2].Dispose();
            else
                TcpRing.Operate(ring[rank], () => Receive(ring[rank], 2, TcpRing.Pinned(4)));
        });

        AssertAll(errors[..2], CollectiveFailure.Left, rank: 2);
    }

    [Test]
    public void A_ring_that_has_failed_stays_failed()
    {
        using TcpRing ring = TcpRing.Join(2);
        ring[0].Fail(RingFailure.Aborted(0, "enough", retryHelps: true));
        ring[0].Fail(RingFailure.Aborted(0, "too late", retryHelps: true));

        Exception?[] errors = Gang.Errors(2, rank =>
        {
            for (int i = 0; i < 2; i++)
                Assert.That(() => TcpRing.Operate(ring[rank], () => { }), Throws.InstanceOf<CollectiveException>().With.Message.Contains("enough"));
        });

        Assert.That(errors, Is.All.Null);
    }

    [Test]
    public void Thousands_of_questions_keep_nobody_from_the_operation()
    {
        byte[] chunk = TcpRing.Pinned(4, seed: 1);
        byte[] target = TcpRing.Pinned(4);
        using FakeRing ring = FakeRing.Join(_rendezvous, worldSize: 2);
        byte[] question = ring.Fake.Frame(0, new ControlFrame(FrameKind.Query, 0, Rank: -1));
        byte[] questions = [.. Enumerable.Repeat(question, 2_000).SelectMany(bytes => bytes)];

        Task asking = Task.Run(() =>
        {
            _ = ring.Fake.Control(0).Send(questions);
            _ = ring.Fake.Data(0).Send((byte[])[.. ring.Fake.Header(0, TcpRing.Whole(chunk)), .. chunk]);
        });
        TcpRing.Operate(ring.Real[0], () => Receive(ring.Real[0], 1, target));
        asking.GetAwaiter().GetResult();

        Assert.That(target, Is.EqualTo(chunk));
    }

    private static void Receive(TcpTransport transport, int from, byte[] target) =>
        transport.Receive(from, TcpRing.Whole(target), target, reducer: null);

    /// <summary>Ranks 0 and 1 operate with a culprit as rank 2.</summary>
    private CollectiveException[] FailTogether(Action<int, TcpTransport> operate, Action<FakePeer> misbehave)
    {
        using FakeRing ring = FakeRing.Join(_rendezvous, worldSize: Culprit + 1);
        Exception?[] errors = Gang.Errors(Culprit + 1, rank =>
        {
            if (rank == Culprit)
                misbehave(ring.Fake);
            else
                TcpRing.Operate(ring.Real[rank], () => operate(rank, ring.Real[rank]));
        });

        Assert.That(errors[Culprit], Is.Null);
        Assert.That(errors[..Culprit], Is.All.InstanceOf<CollectiveException>());
        return [.. errors.OfType<CollectiveException>()];
    }

    private static void AssertAll(Exception?[] errors, CollectiveFailure failure, int rank = Culprit) =>
        Assert.That(errors, Is.All.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(failure)
            .And.Property(nameof(CollectiveException.Rank)).EqualTo(rank));
}
