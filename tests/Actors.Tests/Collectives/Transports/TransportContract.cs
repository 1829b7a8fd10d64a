using System.Runtime.InteropServices;
using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Transports;

namespace Orchestrator.Actors.Tests.Collectives.Transports;

/// <summary>What each transport must do.</summary>
internal abstract class TransportContract
{
    protected static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    protected static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    private static readonly Reducer Adding = Reducer.Of(ElementType.Float32, ReduceOp.Sum);

    private readonly List<ITransport> _connected = [];

    /// <summary>So many floats do not fit on the wires: a send of them is under way until the receiver takes them.</summary>
    protected virtual int Many => 100_003;

    /// <summary>A ring of so many ranks.</summary>
    protected abstract ITransport[] Connect(int worldSize, TimeSpan operationDeadline);

    [TearDown]
    public void Leave()
    {
        _connected.ForEach(transport => transport.Dispose());
        _connected.Clear();
    }

    [TestCase(true, new[] { 11f, 22f, 33f })]
    [TestCase(false, new[] { 10f, 20f, 30f })]
    public void A_chunk_is_reduced_or_replaces(bool reduces, float[] expected)
    {
        ITransport[] ranks = Ring(2, Ample);
        float[] target = Pinned(1, 2, 3);

        Gang.Run(2, rank => InOperation(ranks[rank], () =>
        {
            if (rank == 0)
                SendAndWait(ranks[0], 1, Pinned(10, 20, 30));
            else
                Receive(ranks[1], 0, target, reduces ? Adding : null);
        }));

        Assert.That(target, Is.EqualTo(expected));
    }

    [Test]
    public void A_chunk_that_does_not_fit_on_the_wires_arrives_whole([Values] bool reduces)
    {
        ITransport[] ranks = Ring(2, Ample);
        float[] chunk = Counting(Many, from: 5);
        float[] target = Counting(Many, from: 0);

        Gang.Run(2, rank => InOperation(ranks[rank], () =>
        {
            if (rank == 0)
                SendAndWait(ranks[0], 1, chunk);
            else
                Receive(ranks[1], 0, target, reduces ? Adding : null);
        }));

        Assert.That(target, Is.EqualTo(reduces ? [.. chunk.Select((value, i) => value + i)] : chunk));
    }

    [TestCaseSource(nameof(Reductions))]
    public void Elements_of_each_type_are_reduced_by_each_operation((Type Type, ReduceOp Op, double[] Expected) reduction)
    {
        if (reduction.Type == typeof(float))
            Check<float>(BitConverter.GetBytes, bytes => BitConverter.ToSingle(bytes));
        else if (reduction.Type == typeof(double))
            Check<double>(BitConverter.GetBytes, bytes => BitConverter.ToDouble(bytes));
        else
            Check<long>(BitConverter.GetBytes, bytes => BitConverter.ToInt64(bytes));

        void Check<T>(Func<T, byte[]> write, Func<byte[], T> read)
            where T : unmanaged, System.Numerics.INumber<T>
        {
            ITransport[] ranks = Ring(2, Ample);
            byte[] chunk = PinnedBytes([.. new[] { 10, -7 }.SelectMany(value => write(T.CreateChecked(value)))]);
            byte[] target = PinnedBytes([.. new[] { 2, 3 }.SelectMany(value => write(T.CreateChecked(value)))]);
            ElementType type = ElementTypes.Of<T>();
            Envelope envelope = new(type, Length: 2, Start: 0, Count: 2);

            Gang.Run(2, rank => InOperation(ranks[rank], () =>
            {
                if (rank == 0)
                    ranks[0].Send(1, envelope, chunk);
                else
                    ranks[1].Receive(0, envelope, target, Reducer.Of(type, reduction.Op));
                ranks[rank].AwaitSent(1 - rank, 0);
            }));

            Assert.That(
                target.Chunk(type.Bytes()).Select(read), Is.EqualTo(reduction.Expected.Select(T.CreateChecked)));
        }
    }

    [Test]
    public void Empty_chunks_are_exchanged_too()
    {
        ITransport[] ranks = Ring(2, Ample);
        float[] after = Pinned(0);

        bool[] done = Gang.Run(2, rank => InOperation(ranks[rank], () =>
        {
            if (rank == 0)
            {
                ranks[0].Send(1, EnvelopeOf([]), []);
                SendAndWait(ranks[0], 1, Pinned(4));
                return;
            }

            Receive(ranks[1], 0, [], Adding);
            Receive(ranks[1], 0, after, Adding);
        }));

        Assert.That(done, Is.All.True);
        Assert.That(after, Is.EqualTo(new[] { 4f }));
    }

    [Test]
    public void Chunks_from_one_rank_to_another_arrive_in_the_order_in_which_they_were_sent()
    {
        ITransport[] ranks = Ring(2, Ample);
        float[][] chunks = [.. Enumerable.Range(0, 50).Select(i => Counting(i * 37 % 1000, from: i))];
        float[][] targets = [.. chunks.Select(chunk => Pinned(new float[chunk.Length]))];

        Gang.Run(2, rank => InOperation(ranks[rank], () =>
        {
            for (int i = 0; i < chunks.Length; i++)
            {
                if (rank == 0)
                    ranks[0].Send(1, EnvelopeOf(chunks[i]), AsBytes(chunks[i]));
                else
                    Receive(ranks[1], 0, targets[i], null);
            }

            ranks[rank].AwaitSent(1 - rank, 0);
        }));

        Assert.That(targets, Is.EqualTo(chunks));
    }

    [Test]
    public void Ranks_that_send_much_to_each_other_at_the_same_time_all_get_on([Values(2, 3, 5)] int worldSize)
    {
        ITransport[] ranks = Ring(worldSize, Ample);
        float[][] chunks = [.. Enumerable.Range(0, worldSize).Select(rank => Counting(Many, from: rank))];

        float[][] sums = Gang.Run(worldSize, rank =>
        {
            float[] sum = Pinned(new float[Many]);
            InOperation(ranks[rank], () =>
            {
                for (int offset = 1; offset < worldSize; offset++)
                    Send(ranks[rank], (rank + offset) % worldSize, chunks[rank]);
                for (int offset = 1; offset < worldSize; offset++)
                    Receive(ranks[rank], (rank + offset) % worldSize, sum, Adding);
                for (int offset = 1; offset < worldSize; offset++)
                    ranks[rank].AwaitSent((rank + offset) % worldSize, 0);
            });
            return sum;
        });

        float[] all = [.. Enumerable.Range(0, Many).Select(i => chunks.Sum(chunk => chunk[i]))];
        for (int rank = 0; rank < worldSize; rank++)
            Assert.That(sums[rank], Is.EqualTo(all.Zip(chunks[rank], (sum, own) => sum - own)));
    }

    [Test]
    public void A_send_goes_on_while_its_rank_waits_for_a_third()
    {
        ITransport[] ranks = Ring(3, Ample);
        float[] chunk = Counting(Many, from: 1);
        float[] target = Pinned(new float[Many]);

        bool[] done = Gang.Run(3, rank => InOperation(ranks[rank], () =>
        {
            switch (rank)
            {
                case 0:
                    Send(ranks[0], 1, chunk);
                    Receive(ranks[0], 2, Pinned(0), null);
                    ranks[0].AwaitSent(1, 0);
                    break;
                case 1:
                    Receive(ranks[1], 0, target, null);
                    SendAndWait(ranks[1], 2, Pinned(1));
                    break;
                default:
                    Receive(ranks[2], 1, Pinned(0), null);
                    SendAndWait(ranks[2], 0, Pinned(1));
                    break;
            }
        }));

        Assert.That(done, Is.All.True);
        Assert.That(target, Is.EqualTo(chunk));
    }

    [Test]
    public void What_is_no_longer_under_way_may_be_written([Values(0, 1, 2)] int underWay)
    {
        const int sends = 30;
        ITransport[] ranks = Ring(2, Ample);
        float[][] places = [.. Enumerable.Range(0, underWay + 1).Select(_ => Pinned(new float[997]))];
        float[][] targets = [.. Enumerable.Range(0, sends).Select(_ => Pinned(new float[997]))];

        Gang.Run(2, rank => InOperation(ranks[rank], () =>
        {
            for (int send = 0; send < sends; send++)
            {
                if (rank == 1)
                {
                    Receive(ranks[1], 0, targets[send], null);
                    continue;
                }

                Array.Fill(places[send % places.Length], send);
                Send(ranks[0], 1, places[send % places.Length]);
                ranks[0].AwaitSent(1, underWay);
            }

            ranks[rank].AwaitSent(1 - rank, 0);
        }));

        Assert.That(targets.Select(target => target.Distinct().Single()), Is.EqualTo(Enumerable.Range(0, sends)));
    }

    [Test]
    public void Thousands_of_operations_follow_each_other()
    {
        const int operations = 3000;
        ITransport[] ranks = Ring(2, Ample);

        int[] right = Gang.Run(2, rank =>
        {
            int right = 0;
            for (int operation = 0; operation < operations; operation++)
            {
                float[] chunk = Counting(operation % 50, from: operation);
                float[] target = Counting(operation % 50, from: rank);
                InOperation(ranks[rank], () =>
                {
                    Send(ranks[rank], 1 - rank, chunk);
                    Receive(ranks[rank], 1 - rank, target, Adding);
                    ranks[rank].AwaitSent(1 - rank, 0);
                });
                right += target.Select((value, i) => value == operation + rank + (2 * i)).All(isRight => isRight) ? 1 : 0;
            }

            return right;
        });

        Assert.That(right, Is.All.EqualTo(operations));
    }

    [Test]
    public void A_peer_that_never_sends_fails_the_operation_on_all_ranks_at_the_deadline()
    {
        ITransport[] ranks = Ring(3, Short);

        // Rank 0 begins nothing; rank 1 waits for it and rank 2 for rank 1.
        Exception?[] errors = Gang.Errors(2, rank =>
            InOperation(ranks[rank + 1], () => Receive(ranks[rank + 1], rank, Pinned(1), Adding)));
        Exception?[] later = Gang.Errors(1, _ => InOperation(ranks[0], () => Receive(ranks[0], 2, Pinned(1), Adding)));

        Assert.That(errors.Concat(later), Is.All.Matches(Failed(CollectiveFailure.Late, rank: 0, retryHelps: true)));
    }

    [Test]
    public void A_receiver_that_never_comes_fails_the_operation_at_the_deadline()
    {
        ITransport[] ranks = Ring(2, Short);

        Exception?[] errors = Gang.Errors(1, _ => InOperation(ranks[0], () => SendAndWait(ranks[0], 1, Counting(Many, from: 0))));

        Assert.That(errors, Is.All.Matches(Failed(CollectiveFailure.Late, rank: 1, retryHelps: true)));
    }

    [Test]
    public void A_rank_that_gives_up_in_mid_operation_fails_it_on_all_ranks()
    {
        ITransport[] ranks = Ring(3, Ample);

        Exception?[] errors = Gang.Errors(3, rank => InOperation(ranks[rank], () =>
        {
            if (rank == 2)
            {
                Send(ranks[2], 1, Pinned(1));
                ranks[2].Fail(RingFailure.Aborted(2, "out of memory", retryHelps: true));
                Receive(ranks[2], 0, Pinned(1), Adding);
            }

            for (int i = 0; i < 2; i++)
                Receive(ranks[rank], rank + 1, Pinned(1), Adding);
        }));

        Assert.That(errors, Is.All.Matches(Failed(CollectiveFailure.Aborted, rank: 2, retryHelps: true)));
        Assert.That(errors.Select(error => error!.Message), Is.All.Contains("out of memory"));
    }

    [Test]
    public void A_failure_ends_the_wait_for_a_send_too()
    {
        ITransport[] ranks = Ring(2, Ample);

        Exception?[] errors = Gang.Errors(2, rank => InOperation(ranks[rank], () =>
        {
            if (rank == 1)
            {
                ranks[1].Fail(RingFailure.Aborted(1, "lost", retryHelps: true));
                Receive(ranks[1], 0, Pinned(1), Adding);
            }

            SendAndWait(ranks[0], 1, Counting(Many, from: 0));
        }));

        Assert.That(errors, Is.All.Matches(Failed(CollectiveFailure.Aborted, rank: 1, retryHelps: true)));
    }

    [Test]
    public void A_failure_may_come_from_any_thread()
    {
        ITransport[] ranks = Ring(2, Ample);
        using CountdownEvent waiting = new(2);

        Exception?[] errors = Gang.Errors(3, rank =>
        {
            if (rank == 2)
            {
                waiting.Wait();
                ranks[0].Fail(RingFailure.Cancelled(0));
                return;
            }

            InOperation(ranks[rank], () =>
            {
                waiting.Signal();
                Receive(ranks[rank], 1 - rank, Pinned(1), Adding);
            });
        });

        Assert.That(errors[..2], Is.All.Matches(Failed(CollectiveFailure.Cancelled, rank: 0, retryHelps: false)));
    }

    private static IEnumerable<Envelope> Others(Envelope expected) =>
    [
        expected with { Type = ElementType.Float64 },
        expected with { Length = expected.Length + 1 },
        expected with { Start = expected.Start + 1 },
        expected with { Count = expected.Count + 1 },
        expected with { Count = 0 },
    ];

    [Test]
    public void A_chunk_that_is_not_the_expected_one_fails_both_and_changes_nothing([Range(0, 4)] int other)
    {
        ITransport[] ranks = Ring(2, Ample);
        float[] target = Pinned(1, 2);
        Envelope expected = new(ElementType.Float32, Length: 2, Start: 0, Count: 2);
        Envelope sent = Others(expected).ElementAt(other);

        Exception?[] errors = Gang.Errors(2, rank => InOperation(ranks[rank], () =>
        {
            if (rank == 1)
                ranks[1].Receive(0, expected, AsBytes(target), Adding);
            ranks[0].Send(1, sent, PinnedBytes(new byte[sent.Bytes]));
            Receive(ranks[0], 1, Pinned(0), null);
        }));

        Assert.That(errors, Is.All.Matches(Failed(CollectiveFailure.Mismatch, rank: 0, retryHelps: false)));
        Assert.That(target, Is.EqualTo(new[] { 1f, 2f }));
    }

    [Test]
    public void An_operation_that_ends_badly_fails_the_ring()
    {
        ITransport[] ranks = Ring(2, Ample);
        ranks[0].Begin();
        ranks[0].End(succeeded: false);

        Exception?[] errors = Gang.Errors(1, _ => InOperation(ranks[1], () => Receive(ranks[1], 0, Pinned(1), Adding)));

        Assert.That(errors, Is.All.Matches(Failed(CollectiveFailure.Aborted, rank: 0, retryHelps: false)));
    }

    [Test]
    public void After_a_failure_each_further_operation_fails_the_same_way()
    {
        ITransport[] ranks = Ring(2, Ample);
        ranks[0].Fail(RingFailure.Aborted(0, "lost", retryHelps: true));

        Exception?[] errors = Gang.Errors(2, rank =>
        {
            Assert.That(
                () => InOperation(ranks[rank], () => Receive(ranks[rank], 1 - rank, Pinned(1), null)),
                Throws.InstanceOf<CollectiveException>());
            InOperation(ranks[rank], () => Receive(ranks[rank], 1 - rank, Pinned(1), null));
        });

        Assert.That(errors, Is.All.Matches(Failed(CollectiveFailure.Aborted, rank: 0, retryHelps: true)));
    }

    [Test]
    public void A_failure_that_touches_later_operations_lets_the_present_one_end()
    {
        ITransport[] ranks = Ring(2, Ample);
        float[] target = Pinned(0);

        Exception?[] errors = Gang.Errors(2, rank =>
        {
            InOperation(ranks[rank], () =>
            {
                if (rank == 1)
                {
                    ranks[1].Fail(RingFailure.Left(1, operationsDone: 1));
                    SendAndWait(ranks[1], 0, Pinned(5));
                }
                else
                {
                    Receive(ranks[0], 1, target, null);
                }
            });
            InOperation(ranks[rank], () => Receive(ranks[rank], 1 - rank, Pinned(0), null));
        });

        Assert.That(target, Is.EqualTo(new[] { 5f }));
        Assert.That(errors, Is.All.Matches(Failed(CollectiveFailure.Left, rank: 1, retryHelps: true)));
    }

    [Test]
    public void Of_several_failures_the_first_stands_unless_a_later_one_touches_more()
    {
        ITransport[] ranks = Ring(3, Ample);
        ranks[0].Fail(RingFailure.Left(rank: 0, operationsDone: 1));
        ranks[0].Fail(RingFailure.Left(rank: 1, operationsDone: 1));
        bool present = InOperation(ranks[0], static () => { });

        Exception?[] first = Gang.Errors(1, _ => InOperation(ranks[0], static () => { }));
        ranks[0].Fail(RingFailure.Aborted(rank: 2, "lost", retryHelps: true));
        ranks[0].Fail(RingFailure.Left(rank: 1, operationsDone: 0));
        Exception?[] second = Gang.Errors(1, _ => InOperation(ranks[0], static () => { }));

        Assert.That(present, Is.True);
        Assert.That(first, Is.All.Matches(Failed(CollectiveFailure.Left, rank: 0, retryHelps: true)));
        Assert.That(second, Is.All.Matches(Failed(CollectiveFailure.Aborted, rank: 2, retryHelps: true)));
    }

    [Test]
    public void A_rank_that_leaves_fails_the_operations_that_still_need_it_and_no_other()
    {
        ITransport[] ranks = Ring(3, Ample);
        float[] target = Pinned(0);

        Exception?[] errors = Gang.Errors(3, rank =>
        {
            InOperation(ranks[rank], () =>
            {
                // Rank 2 has done its part, and may have left, when rank 0 still waits for rank 1.
                if (rank == 2)
                    SendAndWait(ranks[2], 1, Pinned(3));
                if (rank == 1)
                {
                    Receive(ranks[1], 2, target, Adding);
                    SendAndWait(ranks[1], 0, target);
                }

                if (rank == 0)
                    Receive(ranks[0], 1, Pinned(0), Adding);
            });
            if (rank == 2)
            {
                ranks[2].Dispose();
                ranks[2].Dispose();
                return;
            }

            InOperation(ranks[rank], () => Receive(ranks[rank], 2, Pinned(0), Adding));
        });

        Assert.That(target, Is.EqualTo(new[] { 3f }));
        Assert.That(errors[2], Is.Null);
        Assert.That(errors[..2], Is.All.Matches(Failed(CollectiveFailure.Left, rank: 2, retryHelps: true)));
    }

    [Test]
    public void Each_end_knows_its_place() =>
        Assert.That(
            Ring(3, Ample).Select(rank => (rank.Rank, rank.WorldSize)), Is.EqualTo(new[] { (0, 3), (1, 3), (2, 3) }));

    /// <summary>Connects a ring whose ranks leave when the test ends.</summary>
    protected ITransport[] Ring(int worldSize, TimeSpan operationDeadline)
    {
        ITransport[] ranks = Connect(worldSize, operationDeadline);
        _connected.AddRange(ranks);
        return ranks;
    }

    protected static Predicate<Exception?> Failed(CollectiveFailure failure, int rank, bool retryHelps) =>
        error => error is CollectiveException e && e.Failure == failure && e.Rank == rank && e.RetryHelps == retryHelps;

    /// <summary>The transport may read the memory from another thread, so that it must not move.</summary>
    protected static float[] Pinned(params float[] values)
    {
        float[] pinned = GC.AllocateArray<float>(values.Length, pinned: true);
        values.CopyTo(pinned, 0);
        return pinned;
    }

    protected static float[] Counting(int length, int from) => Pinned([.. Enumerable.Range(from, length).Select(i => (float)i)]);

    protected static void Send(ITransport from, int to, float[] chunk) => from.Send(to, EnvelopeOf(chunk), AsBytes(chunk));

    protected static void SendAndWait(ITransport from, int to, float[] chunk)
    {
        Send(from, to, chunk);
        from.AwaitSent(to, 0);
    }

    protected static void Receive(ITransport at, int from, float[] target, Reducer? reducer) =>
        at.Receive(from, EnvelopeOf(target), AsBytes(target), reducer);

    protected static bool InOperation(ITransport rank, Action body)
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

    protected static Span<byte> AsBytes(float[] values) => MemoryMarshal.AsBytes(values.AsSpan());

    private static byte[] PinnedBytes(byte[] bytes)
    {
        byte[] pinned = GC.AllocateArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(pinned, 0);
        return pinned;
    }

    protected static Envelope EnvelopeOf(float[] chunk) => new(ElementType.Float32, chunk.Length, Start: 0, chunk.Length);

    private static IEnumerable<(Type Type, ReduceOp Op, double[] Expected)> Reductions =>
        from type in new[] { typeof(float), typeof(double), typeof(long) }
        from reduction in new (ReduceOp Op, double[] Expected)[]
        {
            (ReduceOp.Sum, [12, -4]), (ReduceOp.Min, [2, -7]), (ReduceOp.Max, [10, 3]),
        }
        select (type, reduction.Op, reduction.Expected);
}
