using System.Runtime.InteropServices;
using CsCheck;
using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Transports;
using Orchestrator.Actors.Collectives.Transports.SharedMemory;
using Orchestrator.Actors.Tests.Collectives.Exchange;

namespace Orchestrator.Actors.Tests.Collectives.Transports.SharedMemory;

/// <summary>Ranks that die without a word, and ranks gone mad.</summary>
[Platform("Linux")]
internal sealed unsafe class SharedMemoryRogueTests
{
    private const int RingBytes = 4096;
    private const int Count = 3000;

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);
    private static readonly Envelope Expected = new(ElementType.Float32, Count, Start: 0, Count);
    private static readonly Reducer Adding = Reducer.Of(ElementType.Float32, ReduceOp.Sum);

    private static readonly CollectiveFailure[] ByName =
    [
        CollectiveFailure.Garbage, CollectiveFailure.Mismatch, CollectiveFailure.Late,
    ];

    [Test]
    public void A_rank_that_dies_in_mid_operation_is_found_out_by_all_long_before_the_deadline()
    {
        (SharedMemoryTransport[] ranks, RogueRank[] rogues) = SharedMemoryRing.Join(4, rogues: 1, Ample, RingBytes);
        RogueRank rogue = rogues.Single();

        // Rank 0 waits for the rogue, which has sent it a part of a chunk; rank 1 for rank 0, rank 2 to be heard by the rogue.
        Exception?[] errors = Gang.Errors(4, rank =>
        {
            switch (rank)
            {
                case 0:
                    Receive(ranks[0], rogue.Rank);
                    break;
                case 1:
                    Receive(ranks[1], 0);
                    break;
                case 2:
                    Send(ranks[2], rogue.Rank);
                    break;
                default:
                    SendPart(rogue, to: 0, new FrameHeader(0, Expected), bytes: 1024);
                    rogue.Dispose();
                    break;
            }
        });

        DisposeAll(ranks);
        Assert.That(errors[..3], Is.All.Matches(Failed(CollectiveFailure.Died, rank: 3, retryHelps: true)));
    }

    [Test]
    public void A_rank_that_dies_after_its_part_of_an_operation_does_not_disturb_it()
    {
        (SharedMemoryTransport[] ranks, RogueRank[] rogues) = SharedMemoryRing.Join(3, rogues: 2, Ample, RingBytes);
        using RogueRank slow = rogues[0];
        rogues[1].HasDone(1);
        rogues[1].Dispose();

        Exception?[] errors = Gang.Errors(2, rank =>
        {
            if (rank == 0)
            {
                Receive(ranks[0], slow.Rank);
                Receive(ranks[0], from: 2);
                return;
            }

            // Only now that rank 0 has seen that one has died.
            SpinWait.SpinUntil(() => Volatile.Read(ref slow.Word(SegmentLayout.FailuresAt)) > 0);
            SendWhole(slow, to: 0, new FrameHeader(0, Expected));
        });

        DisposeAll(ranks);
        Assert.That(errors[1], Is.Null);
        Assert.That(errors[0], Is.Not.Null.And.Matches(Failed(CollectiveFailure.Died, rank: 2, retryHelps: true)));
        Assert.That(errors[0]!.Message, Does.Contain("after 1 operations"));
    }

    [Test]
    public void A_rank_that_leaves_and_lets_go_has_not_died()
    {
        SharedMemoryTransport[] ranks = SharedMemoryRing.Join(3, Ample, RingBytes);
        ranks[2].Dispose();

        Exception?[] errors = Gang.Errors(2, rank => Receive(ranks[rank], 2));

        DisposeAll(ranks);
        Assert.That(errors, Is.All.Matches(Failed(CollectiveFailure.Left, rank: 2, retryHelps: true)));
    }

    [TestCase(-64)]
    [TestCase(1)]
    [TestCase(63)]
    [TestCase(RingBytes + 64)]
    [TestCase(RingBytes * 1000L)]
    [TestCase(long.MaxValue)]
    [TestCase(long.MinValue)]
    public void A_count_of_bytes_that_cannot_be_is_garbage(long written)
    {
        Exception? error = ReceiveFrom(rogue => Volatile.Write(ref rogue.WrittenTo(0), written));

        Assert.That(error, Is.Not.Null.And.Matches(Failed(CollectiveFailure.Garbage, rank: 1, retryHelps: true)));
    }

    /// <summary>The header has been believed already.</summary>
    [TestCase(-64)]
    [TestCase(1)]
    [TestCase(63)]
    [TestCase(RingBytes + 64)]
    [TestCase(long.MaxValue / 2)]
    [TestCase(long.MinValue / 2)]
    public void A_count_of_bytes_that_cannot_be_is_garbage_in_mid_chunk_too(long more)
    {
        foreach (int sent in new[] { 64, 1024 })
        {
            Exception? error = ReceiveFrom(rogue =>
            {
                SendPart(rogue, to: 0, new FrameHeader(0, Expected), sent);
                SpinWait.SpinUntil(() => ReadBy(rogue, 0) == FrameHeader.Bytes + sent);
                Volatile.Write(ref rogue.WrittenTo(0), FrameHeader.Bytes + sent + more);
            });

            Assert.That(error, Is.Not.Null.And.Matches(Failed(CollectiveFailure.Garbage, rank: 1, retryHelps: true)));
        }
    }

    [TestCase(1)]
    [TestCase(RingBytes + 64)]
    [TestCase(-RingBytes - 64)]
    [TestCase(long.MaxValue)]
    [TestCase(long.MinValue)]
    public void A_receiver_that_says_to_have_read_what_cannot_be_is_garbage(long read)
    {
        (SharedMemoryTransport victim, RogueRank rogue) = Pair(Ample);

        Exception?[] errors = Gang.Errors(2, rank =>
        {
            if (rank == 0)
                Send(victim, 1);
            else
                Volatile.Write(ref rogue.ReadFrom(0), read);
        });

        victim.Dispose();
        rogue.Dispose();
        Assert.That(errors[0], Is.Not.Null.And.Matches(Failed(CollectiveFailure.Garbage, rank: 1, retryHelps: true)));
    }

    [Test]
    public void What_is_no_header_is_garbage()
    {
        Exception? error = ReceiveFrom(rogue =>
        {
            rogue.RingTo(0)[..FrameHeader.Bytes].Fill(0xAB);
            Volatile.Write(ref rogue.WrittenTo(0), FrameHeader.Bytes);
        });

        Assert.That(error, Is.Not.Null.And.Matches(Failed(CollectiveFailure.Garbage, rank: 1, retryHelps: true)));
    }

    [Test]
    public void A_chunk_that_cannot_be_read_where_it_should_lie_is_garbage()
    {
        Exception? error = ReceiveFrom(rogue => SendAddress(rogue, to: 0, address: 1));

        Assert.That(error, Is.Not.Null.And.Matches(Failed(CollectiveFailure.Garbage, rank: 1, retryHelps: true)));
    }

    /// <summary>Its memory goes before its locks.</summary>
    [Test]
    public void A_rank_that_dies_while_its_memory_is_read_has_died()
    {
        Exception? error = ReceiveFrom(rogue =>
        {
            SendAddress(rogue, to: 0, address: 1);
            SpinWait.SpinUntil(() => Volatile.Read(ref rogue.Word(SegmentLayout.RankAt(0) + SegmentLayout.SleepsAt)) != 0);
            rogue.Dispose();
        });

        Assert.That(error, Is.Not.Null.And.Matches(Failed(CollectiveFailure.Died, rank: 1, retryHelps: true)));
    }

    [Test]
    public void A_chunk_of_another_operation_is_a_mismatch([Values(-1, 1, long.MaxValue)] long operation)
    {
        Exception? error = ReceiveFrom(rogue => SendPart(rogue, to: 0, new FrameHeader(operation, Expected), bytes: 1024));

        Assert.That(error, Is.Not.Null.And.Matches(Failed(CollectiveFailure.Mismatch, rank: 1, retryHelps: false)));
        Assert.That(error!.Message, Does.Contain($"operation {operation}"));
    }

    [Test]
    public void A_sender_that_stops_in_mid_chunk_is_late()
    {
        Exception? error = ReceiveFrom(
            rogue => SendPart(rogue, to: 0, new FrameHeader(0, Expected), bytes: 1024), Short);

        Assert.That(error, Is.Not.Null.And.Matches(Failed(CollectiveFailure.Late, rank: 1, retryHelps: true)));
    }

    [Test]
    public void An_account_of_a_failure_that_is_garbage_ends_the_operation_all_the_same()
    {
        Exception? error = ReceiveFrom(rogue =>
        {
            long account = SegmentLayout.RankAt(1) + SegmentLayout.FailureAt;
            rogue.Memory.Slice((int)account, SegmentLayout.FailureBytes).Fill(0xFE);
            Interlocked.Increment(ref rogue.Word(SegmentLayout.FailuresAt));
        });

        Assert.That(error, Is.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.Garbage));
    }

    /// <summary>
    /// What a mad rank leaves in the channel: counts, a header that is right, nearly right or none, and any bytes. The
    /// receiver gets what it expects, or a failure with a name; what lies around its buffer stays as it was.
    /// </summary>
    [Test]
    public void Whatever_is_in_the_channel_the_receiver_gets_what_it_expects_or_a_failure_with_a_name()
    {
        const int inputs = 10_000;
        var histogram = new Dictionary<string, int>(StringComparer.Ordinal);
        Random random = new(20_240_601);
        byte[] garbage = new byte[RingBytes];
        for (int input = 0; input < inputs; input++)
        {
            (SharedMemoryTransport victim, RogueRank rogue) = Pair(TimeSpan.FromMilliseconds(1));
            int count = random.Next(0, 1200);
            Envelope expected = Expected with { Length = count, Count = count };
            random.NextBytes(garbage);
            garbage.CopyTo(rogue.RingTo(0));
            WriteHeader(random, rogue, expected);
            rogue.WrittenTo(0) = AnyCount(random, FrameHeader.Bytes + FrameHeader.Padded(expected.Bytes));
            rogue.ReadFrom(0) = random.Next(3) == 0 ? AnyCount(random, RingBytes) : 0;

            string outcome = Outcome(victim, expected, random.Next(2) == 0 ? Adding : null);
            histogram[outcome] = histogram.GetValueOrDefault(outcome) + 1;
            victim.Dispose();
            rogue.Dispose();
        }

        TestContext.Out.WriteLine(string.Join(", ", histogram.OrderBy(pair => pair.Key, StringComparer.Ordinal)));
        Assert.That(histogram.Keys, Is.SubsetOf(ByName.Select(failure => failure.ToString()).Append("received")));
        Assert.That(histogram, Has.Count.EqualTo(4), "An outcome was never tried.");
    }

    /// <summary>The same while the receiver waits: a thread writes on and on, all over the memory.</summary>
    [Test]
    public void Whatever_is_written_while_the_receiver_waits_it_ends_with_a_failure_that_has_a_name([Values] bool everywhere)
    {
        const int receives = 300;
        long writes = 0;
        var outcomes = new HashSet<string>(StringComparer.Ordinal);
        RogueRank? current = null;
        object gate = new();
        bool isOver = false;

        Gang.Run(2, thread =>
        {
            if (thread == 1)
            {
                Scribble();
                return true;
            }

            for (int receive = 0; receive < receives || Interlocked.Read(ref writes) < 12_000; receive++)
            {
                (SharedMemoryTransport victim, RogueRank rogue) = Pair(TimeSpan.FromMilliseconds(2));
                SendPart(rogue, to: 0, new FrameHeader(0, Expected), receive % 10 * 100);
                lock (gate)
                    current = rogue;
                outcomes.Add(Outcome(victim, Expected, receive % 2 == 0 ? Adding : null));
                lock (gate)
                    current = null;
                victim.Dispose();
                rogue.Dispose();
            }

            Volatile.Write(ref isOver, true);
            return true;
        });

        // Where all of the memory is written to, a failure may be written too, and be of any kind.
        IEnumerable<string> allowed = everywhere ? Enum.GetNames<CollectiveFailure>() : ByName.Select(failure => failure.ToString());
        Assert.That(outcomes, Is.SubsetOf(allowed.Append("received")));

        void Scribble()
        {
            Random random = new(11);
            while (!Volatile.Read(ref isOver))
            {
                lock (gate)
                {
                    if (current is not { } rogue)
                        continue;
                    switch (random.Next(4))
                    {
                        case 0:
                            rogue.WrittenTo(0) = AnyCount(random, FrameHeader.Bytes);
                            break;
                        case 1:
                            rogue.ReadFrom(0) = AnyCount(random, FrameHeader.Bytes);
                            break;
                        case 2:
                            random.NextBytes(rogue.RingTo(0)[..random.Next(RingBytes)]);
                            break;
                        default:
                            int bytes = everywhere ? (int)rogue.Layout.RingsAt : 0;
                            rogue.Memory[random.Next(bytes + 1)] = (byte)random.Next(256);
                            break;
                    }

                    Interlocked.Increment(ref writes);
                }
            }
        }
    }

    private static string Outcome(SharedMemoryTransport victim, Envelope expected, Reducer? reducer)
    {
        const int guards = 64;
        float[] around = Pinned(expected.Count + (2 * guards));
        Array.Fill(around, -1);
        Span<float> target = around.AsSpan(guards, expected.Count);
        target.Clear();
        float[] sent = Pinned(Count);
        string outcome = "received";
        bool succeeded = false;
        try
        {
            victim.Begin();
            victim.Send(1, Expected, AsBytes(sent));
            victim.Receive(1, expected, MemoryMarshal.AsBytes(target), reducer);
            succeeded = true;
        }
        catch (CollectiveException failure)
        {
            outcome = failure.Failure.ToString();
        }
        finally
        {
            victim.End(succeeded);
        }

        Assert.That(around[..guards].Concat(around[^guards..]), Is.All.EqualTo(-1));
        return outcome;
    }

    private static void WriteHeader(Random random, RogueRank rogue, Envelope expected)
    {
        if (random.Next(8) == 0)
            return;
        MemoryMarshal.Write(rogue.RingTo(0), new FrameHeader(0, expected));
        if (random.Next(3) == 0)
            rogue.RingTo(0)[random.Next(FrameHeader.Bytes)] ^= (byte)(1 << random.Next(8));
    }

    private static long AnyCount(Random random, long right) => random.Next(8) switch
    {
        0 => 0,
        1 => random.NextInt64(long.MinValue, long.MaxValue),
        2 => right + random.Next(-70, 70),
        3 => random.Next(-RingBytes, 3 * RingBytes),
        4 => random.Next(-4, RingBytes / FrameHeader.Bytes * 2) * FrameHeader.Bytes,
        _ => right,
    };

    /// <summary>What rank 0 came to while the rogue, rank 1, did something.</summary>
    private static Exception? ReceiveFrom(Action<RogueRank> mischief, TimeSpan? deadline = null)
    {
        (SharedMemoryTransport victim, RogueRank rogue) = Pair(deadline ?? Ample);
        Exception?[] errors = Gang.Errors(2, rank =>
        {
            if (rank == 0)
                Receive(victim, 1);
            else
                mischief(rogue);
        });
        victim.Dispose();
        rogue.Dispose();
        Assert.That(errors[1], Is.Null);
        return errors[0];
    }

    /// <summary>Rank 0 and a rogue, by one thread.</summary>
    private static (SharedMemoryTransport Victim, RogueRank Rogue) Pair(TimeSpan operationDeadline)
    {
        RogueRank? rogue = null;
        SharedMemoryTransport victim = SharedMemoryTransport.Join(
            SharedMemoryRing.Member(0, 2),
            new Meeting(address =>
            {
                Noticeboard known = new(2, awaited: 1);
                known.Exchange(SharedMemoryRing.Member(0, 2), address, Ample, CancellationToken.None);
                rogue = RogueRank.Join(SharedMemoryRing.Member(1, 2), known, RingBytes);
            }),
            SharedMemoryRing.Options(Ample, operationDeadline, RingBytes),
            CancellationToken.None);
        return (victim, rogue!);
    }

    private static void SendAddress(RogueRank rogue, int to, nint address)
    {
        OutgoingStream stream = rogue.StreamTo(to);
        stream.AddInPlace(new FrameHeader(0, Expected, address));
        stream.Advance(int.MaxValue);
    }

    /// <summary>A header and the first bytes of a chunk.</summary>
    private static void SendPart(RogueRank rogue, int to, in FrameHeader header, int bytes)
    {
        float[] chunk = Pinned(Count);
        OutgoingStream stream = rogue.StreamTo(to);
        fixed (float* pinned = chunk)
            stream.Add(header, (byte*)pinned, bytes);
        stream.Advance(int.MaxValue);
    }

    /// <summary>A chunk, piece by piece as the receiver makes room.</summary>
    private static void SendWhole(RogueRank rogue, int to, in FrameHeader header)
    {
        float[] chunk = Pinned(Count);
        OutgoingStream stream = rogue.StreamTo(to);
        fixed (float* pinned = chunk)
            stream.Add(header, (byte*)pinned, chunk.Length * sizeof(float));
        for (Deadline deadline = Deadline.In(Ample); stream.CountUnderWay() > 0 && deadline.Remaining > TimeSpan.Zero;)
            stream.Advance(int.MaxValue);
    }

    private static long ReadBy(RogueRank rogue, int rank) =>
        Volatile.Read(ref rogue.LongWord(rogue.Layout.ChannelAt(rogue.Rank, rank) + SegmentLayout.ReadAt));

    private static void Receive(SharedMemoryTransport at, int from) =>
        InOperation(at, () => at.Receive(from, Expected, AsBytes(Pinned(Count)), Adding));

    private static void Send(SharedMemoryTransport from, int to)
    {
        float[] chunk = Pinned(Count);
        InOperation(from, () =>
        {
            from.Send(to, Expected, AsBytes(chunk));
            from.AwaitSent(to, 0);
        });
    }

    private static void InOperation(SharedMemoryTransport rank, Action body)
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
    }

    private static float[] Pinned(int length) => GC.AllocateArray<float>(length, pinned: true);

    private static Span<byte> AsBytes(float[] values) => MemoryMarshal.AsBytes(values.AsSpan());

    private static void DisposeAll(IEnumerable<SharedMemoryTransport> transports)
    {
        foreach (SharedMemoryTransport transport in transports)
            transport.Dispose();
    }

    private static Predicate<Exception?> Failed(CollectiveFailure failure, int rank, bool retryHelps) =>
        error => error is CollectiveException e && e.Failure == failure && e.Rank == rank && e.RetryHelps == retryHelps;

    /// <summary>A rendezvous at which the other comes while the first waits.</summary>
    private sealed class Meeting(Action<string> other) : IRendezvous
    {
        public IReadOnlyList<string> Exchange(
            RingMember member, string address, TimeSpan deadline, CancellationToken cancellation)
        {
            other(address);
            return [address, "-"];
        }
    }
}
