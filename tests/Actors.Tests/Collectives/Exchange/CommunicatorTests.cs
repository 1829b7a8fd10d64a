using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Schedules;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Tests.Collectives.Exchange;

[TestFixture(Wires.InProcess)]
[TestFixture(Wires.SharedMemory)]
[TestFixture(Wires.InPlace)]
[TestFixture(Wires.Tcp)]
internal sealed class CommunicatorTests(Wires wires)
{
    private const long SmallBucketBytes = 256;

    private static readonly CommunicatorOptions Small = new() { BucketBytes = SmallBucketBytes };
    private static readonly CommunicatorOptions Hasty = Small with { OperationDeadline = TimeSpan.FromMilliseconds(200) };
    private static readonly ReduceOp[] Operations = Enum.GetValues<ReduceOp>();

    /// <summary>None, fewer than ranks, as many, one more, and several buckets with a rest.</summary>
    private static IEnumerable<(int WorldSize, int Length)> Shapes =>
        from p in new[] { 1, 2, 3, 5 }
        from length in new[] { 0, 1, p - 1, p, p + 1, 63, 64, 65, 1000 }.Distinct()
        select (p, length);

    private static IEnumerable<(AllReduceAlgorithm Algorithm, int WorldSize)> Algorithms =>
        from algorithm in Enum.GetValues<AllReduceAlgorithm>()
        where algorithm != AllReduceAlgorithm.Auto
        from p in new[] { 2, 3, 4, 7 }
        select (algorithm, p);

    [TestCaseSource(nameof(Shapes))]
    public void AllReduce_leaves_the_reduction_of_all_ranks_on_each((int WorldSize, int Length) shape)
    {
        Reduced[] reduced = Ranks.Run(wires, shape.WorldSize, Small, communicator => Reduced.Of(
            (communicator, op) => Whole<float>(communicator, shape.Length, (c, values) => c.AllReduce(values, op)),
            (communicator, op) => Whole<double>(communicator, shape.Length, (c, values) => c.AllReduce(values, op)),
            (communicator, op) => Whole<long>(communicator, shape.Length, (c, values) => c.AllReduce(values, op)),
            (communicator, op) => Whole<Half>(communicator, shape.Length, (c, values) => c.AllReduce(values, op)),
            (communicator, op) => Whole<BFloat16>(communicator, shape.Length, (c, values) => c.AllReduce(values, op)),
            communicator));

        Reduced expected = Reduced.Definition(shape.WorldSize, 0..shape.Length);
        foreach (Reduced rank in reduced)
            rank.AssertIs(expected);
    }

    [TestCaseSource(nameof(Shapes))]
    public void ReduceScatter_leaves_to_each_rank_its_part_of_the_reduction((int WorldSize, int Length) shape)
    {
        Reduced[] reduced = Ranks.Run(wires, shape.WorldSize, Small, communicator => Reduced.Of(
            (communicator, op) => Part<float>(communicator, op),
            (communicator, op) => Part<double>(communicator, op),
            (communicator, op) => Part<long>(communicator, op),
            (communicator, op) => Part<Half>(communicator, op),
            (communicator, op) => Part<BFloat16>(communicator, op),
            communicator));

        for (int rank = 0; rank < shape.WorldSize; rank++)
            reduced[rank].AssertIs(Reduced.Definition(shape.WorldSize, PartOf(rank, shape.WorldSize, shape.Length)));

        T[] Part<T>(Communicator communicator, ReduceOp op)
            where T : unmanaged =>
            Whole<T>(communicator, shape.Length, (c, values) => c.ReduceScatter(values, op))[communicator.PartOf(shape.Length)];
    }

    [TestCaseSource(nameof(Shapes))]
    public void AllGather_leaves_all_parts_on_each_rank((int WorldSize, int Length) shape)
    {
        long[][] gathered = Ranks.Run(wires, shape.WorldSize, Small, communicator =>
        {
            long[] values = [.. Enumerable.Repeat(-1L, shape.Length)];
            foreach (int i in Enumerable.Range(0, shape.Length).ToArray().AsSpan(communicator.PartOf(shape.Length)))
                values[i] = (1000 * i) + communicator.Rank;
            communicator.AllGather<long>(values);
            return values;
        });

        long[] expected = [.. Enumerable.Range(0, shape.WorldSize).SelectMany(rank =>
            Enumerable.Range(0, shape.Length).ToArray()[PartOf(rank, shape.WorldSize, shape.Length)].Select(i => (1000L * i) + rank))];
        Assert.That(gathered, Is.All.EqualTo(expected));
    }

    [TestCaseSource(nameof(Shapes))]
    public void Broadcast_leaves_the_values_of_the_root_on_each_rank((int WorldSize, int Length) shape)
    {
        Half[][][] received = Ranks.Run(wires, shape.WorldSize, Small, communicator =>
            Enumerable.Range(0, shape.WorldSize).Select(root =>
                Whole<Half>(communicator, shape.Length, (c, values) => c.Broadcast<Half>(values, root))).ToArray());

        Half[][] expected = [.. Enumerable.Range(0, shape.WorldSize).Select(root => Whole<Half>(root, shape.Length))];
        Assert.That(received, Is.All.EqualTo(expected));
    }

    [Test]
    public void ReduceScatter_and_AllGather_make_an_AllReduce([Values(2, 3, 5)] int worldSize)
    {
        float[][] sums = Ranks.Run(wires, worldSize, Small, communicator =>
        {
            float[] values = Whole<float>(communicator.Rank, 10_007);
            communicator.ReduceScatter<float>(values, ReduceOp.Sum);
            communicator.AllGather<float>(values);
            return values;
        });

        Assert.That(sums, Is.All.EqualTo(Definition.Of<float>(worldSize, 0..10_007, ReduceOp.Sum)));
    }

    /// <summary>Each rank counts itself in before the barrier: behind it, all are counted.</summary>
    [Test]
    public void No_rank_leaves_a_barrier_before_all_have_come([Values(1, 2, 3, 5)] int worldSize)
    {
        const int rounds = 200;
        int come = 0;

        bool[] allHadCome = Ranks.Run(wires, worldSize, Small, communicator =>
        {
            bool allHadCome = true;
            for (int round = 1; round <= rounds; round++)
            {
                Interlocked.Increment(ref come);
                communicator.Barrier();
                allHadCome &= Volatile.Read(ref come) >= round * worldSize;
            }

            return allHadCome;
        });

        Assert.That(allHadCome, Is.All.True);
    }

    [TestCaseSource(nameof(Algorithms))]
    public void Every_algorithm_reduces_to_the_same_and_bitwise_so_again((AllReduceAlgorithm Algorithm, int WorldSize) choice)
    {
        CommunicatorOptions options = new() { Algorithm = choice.Algorithm, BucketBytes = 40_000, NodeSize = 2 };

        float[][][] runs = [.. Enumerable.Range(0, 2).Select(_ => Ranks.Run(wires, choice.WorldSize, options, communicator =>
        {
            foreach (int length in new[] { 0, 1, 1000, 12_345 })
            {
                double[] values = Whole<double>(communicator.Rank, length);
                communicator.AllReduce(values.AsSpan());
                Assert.That(values, Is.EqualTo(Definition.Of<double>(choice.WorldSize, 0..length, ReduceOp.Sum)));
            }

            float[] rounding = Rounding(12_345, communicator.Rank);
            communicator.AllReduce(rounding.AsSpan());
            return rounding;
        }))];

        Assert.That(runs[0].Concat(runs[1]).Select(Bits), Is.All.EqualTo(Bits(runs[0][0])));
    }

    [TestCase(1)]
    [TestCase(4)]
    [TestCase(64)]
    public void Rings_side_by_side_reduce_to_the_same(int channels)
    {
        double[][] sums = Ranks.Run(wires, 3, new CommunicatorOptions { Channels = channels }, communicator =>
            Whole<double>(communicator, 10_007, (c, values) => c.AllReduce(values.AsSpan())));

        Assert.That(sums, Is.All.EqualTo(Definition.Of<double>(3, 0..10_007, ReduceOp.Sum)));
    }

    [TestCaseSource(nameof(Shapes))]
    public void Sums_that_round_are_bitwise_those_added_along_the_ring((int WorldSize, int Length) shape)
    {
        float[][] sums = Ranks.Run(wires, shape.WorldSize, Small, communicator =>
        {
            float[] values = Rounding(shape.Length, communicator.Rank);
            communicator.AllReduce(values.AsSpan());
            return values;
        });

        int[] expected = Bits(AlongTheRing(shape.WorldSize, rank => Rounding(shape.Length, rank), shape.Length));
        Assert.That(sums.Select(Bits), Is.All.EqualTo(expected));
    }

    /// <summary>Rounded at each addition, the ones would be lost, and the large ones would overflow.</summary>
    [Test]
    public void A_sum_of_16_bit_numbers_is_rounded_once()
    {
        (float[] Half, float[] BFloat16)[] sums = Ranks.Run(wires, 4, Small, communicator =>
        {
            bool isFirst = communicator.Rank == 0;
            Half[] half = [(Half)(isFirst ? 2048 : 1), (Half)(communicator.Rank < 2 ? 60_000 : -60_000), (Half)0.1f];
            BFloat16[] brain = [(BFloat16)(isFirst ? 256 : 1), (BFloat16)(communicator.Rank < 2 ? 3e38f : -3e38f), (BFloat16)0.1f];
            communicator.AllReduce<Half>(half, ReduceOp.Sum);
            communicator.AllReduce<BFloat16>(brain, ReduceOp.Mean);
            return (half.Select(value => (float)value).ToArray(), brain.Select(value => (float)value).ToArray());
        });

        Assert.That(sums.Select(sum => sum.Half[0]), Is.All.EqualTo(2052f));
        Assert.That(sums.Select(sum => sum.Half[1]), Is.All.EqualTo(0f));
        Assert.That(sums.Select(sum => sum.Half[2]), Is.All.EqualTo((float)(Half)(4 * (float)(Half)0.1f)));
        Assert.That(sums.Select(sum => sum.BFloat16[0]), Is.All.EqualTo((float)(BFloat16)(259f / 4)));
        Assert.That(sums.Select(sum => sum.BFloat16[2]), Is.All.EqualTo((float)(BFloat16)0.1f));
    }

    [TestCase(ReduceOp.Sum, new[] { float.NaN, float.NaN, float.PositiveInfinity, 0f, -0f })]
    [TestCase(ReduceOp.Mean, new[] { float.NaN, float.NaN, float.PositiveInfinity, 0f, -0f })]
    [TestCase(ReduceOp.Min, new[] { float.NaN, float.NegativeInfinity, 1f, -0f, -0f })]
    [TestCase(ReduceOp.Max, new[] { float.NaN, float.PositiveInfinity, float.PositiveInfinity, 0f, -0f })]
    public void Special_values_are_reduced_as_the_standard_says(ReduceOp op, float[] expected)
    {
        float[][] ofRank =
        [
            [1, float.NegativeInfinity, 1, 0f, -0f],
            [float.NaN, float.PositiveInfinity, float.PositiveInfinity, -0f, -0f],
            [2, 3, 4, 0f, -0f],
        ];

        (float[] Single, double[] Double, Half[] Half, BFloat16[] Brain)[] reduced = Ranks.Run(wires, 3, Small, communicator =>
        {
            float[] single = [.. ofRank[communicator.Rank]];
            double[] wide = [.. single];
            Half[] half = [.. single.Select(value => (Half)value)];
            BFloat16[] brain = [.. single.Select(value => (BFloat16)value)];
            communicator.AllReduce<float>(single, op);
            communicator.AllReduce<double>(wide, op);
            communicator.AllReduce<Half>(half, op);
            communicator.AllReduce<BFloat16>(brain, op);
            return (single, wide, half, brain);
        });

        foreach ((float[] single, double[] wide, Half[] half, BFloat16[] brain) in reduced)
        {
            Assert.That(Written(single), Is.EqualTo(Written(expected)));
            Assert.That(Written([.. wide.Select(value => (float)value)]), Is.EqualTo(Written(expected)));
            Assert.That(Written([.. half.Select(value => (float)value)]), Is.EqualTo(Written(expected)));
            Assert.That(Written([.. brain.Select(value => (float)value)]), Is.EqualTo(Written(expected)));
        }
    }

    [TestCase(ReduceOp.Sum, long.MinValue)]
    [TestCase(ReduceOp.Min, 1)]
    [TestCase(ReduceOp.Max, long.MaxValue)]
    public void Whole_numbers_wrap_around(ReduceOp op, long expected)
    {
        long[] reduced = Ranks.Run(wires, 2, Small, communicator =>
        {
            long[] values = [communicator.Rank == 0 ? long.MaxValue : 1];
            communicator.AllReduce<long>(values, op);
            return values[0];
        });

        Assert.That(reduced, Is.All.EqualTo(expected));
    }

    [Test]
    public void The_mean_of_whole_numbers_is_cut_off_towards_zero()
    {
        long[][] means = Ranks.Run(wires, 3, Small, communicator =>
        {
            long[] values = [communicator.Rank == 0 ? -5 : 0, communicator.Rank == 0 ? 5 : 0];
            communicator.AllReduce<long>(values, ReduceOp.Mean);
            return values;
        });

        Assert.That(means, Is.All.EqualTo(new[] { -1L, 1L }));
    }

    [Test]
    public void Nothing_around_the_values_is_touched()
    {
        float[][] values = Ranks.Run(wires, 3, Small, communicator =>
        {
            float[] around = [.. Enumerable.Repeat(7f, 1003)];
            communicator.AllReduce(around.AsSpan(1, 1001));
            communicator.Broadcast(around.AsSpan(1, 1001), root: 1);
            communicator.AllGather(around.AsSpan(1, 1001));
            return around;
        });

        Assert.That(values, Is.All.EqualTo(new[] { 7f }.Concat(Enumerable.Repeat(21f, 1001)).Append(7f)));
    }

    [Test]
    public void Large_buffers_in_buckets_of_the_default_size_are_reduced_too([Values(2, 3)] int worldSize)
    {
        const int length = 2_500_003;

        float[][] sums = Ranks.Run(wires, worldSize, new CommunicatorOptions(), communicator =>
        {
            float[] values = Whole<float>(communicator.Rank, length);
            communicator.AllReduce(values.AsSpan());
            float[] copy = communicator.Rank == 1 ? [.. values] : new float[length];
            communicator.Broadcast(copy.AsSpan(), root: 1);
            return copy;
        });

        float[] expected = Definition.Of<float>(worldSize, 0..length, ReduceOp.Sum);
        Assert.That(sums.Select(sum => sum.AsSpan().SequenceEqual(expected)), Is.All.True);
    }

    [Test]
    public void Each_exchange_knows_its_place()
    {
        (int, int)[] places = Ranks.Run(wires, 3, Small, communicator =>
        {
            IGradientExchange exchange = communicator;
            return (exchange.Rank, exchange.WorldSize);
        });

        Assert.That(places, Is.EqualTo(new[] { (0, 3), (1, 3), (2, 3) }));
    }

    [Test]
    public void The_parts_of_a_buffer_are_of_about_equal_length_and_cover_it([Values(1, 2, 5)] int worldSize)
    {
        int[] lengths = [0, 1, 4, 5, 6, 1000, int.MaxValue];

        Range[][] parts = Ranks.Run(wires, worldSize, Small, communicator => lengths.Select(communicator.PartOf).ToArray());

        for (int i = 0; i < lengths.Length; i++)
        {
            Assert.That(parts.Select(of => of[i].Start.Value), Is.EqualTo(parts.Select(of => of[i].End.Value).SkipLast(1).Prepend(0)));
            Assert.That(parts[^1][i].End.Value, Is.EqualTo(lengths[i]));
            int[] counts = [.. parts.Select(of => of[i].End.Value - of[i].Start.Value)];
            Assert.That(counts.Max() - counts.Min(), Is.LessThanOrEqualTo(1));
        }
    }

    [TestCase(4, 5)]
    [TestCase(0, 1)]
    [TestCase(0, 10_000)]
    [TestCase(1000, 1001)]
    [TestCase(1000, 100_000)]
    public void Different_lengths_fail_on_all_ranks(int most, int one)
    {
        Action<Communicator, float[]>[] collectives =
        [
            (communicator, values) => communicator.AllReduce(values.AsSpan()),
            (communicator, values) => communicator.ReduceScatter<float>(values, ReduceOp.Max),
            (communicator, values) => communicator.AllGather<float>(values),
        ];
        foreach (Action<Communicator, float[]> collective in collectives)
        {
            Exception?[] errors = Ranks.Errors(wires, 4, Small, communicator =>
            {
                collective(communicator, new float[communicator.Rank == 2 ? one : most]);
                FailsNow(communicator);
            });

            Assert.That(errors, Is.All.Matches(FailedWith(CollectiveFailure.Mismatch, retryHelps: false)));
        }
    }

    /// <summary>The root does not hear from anybody; those that receive find out, and all that come later.</summary>
    [Test]
    public void A_broadcast_of_different_lengths_fails_on_all_ranks_by_the_next_operation()
    {
        Exception?[] errors = Ranks.Errors(wires, 4, Small, communicator =>
        {
            communicator.Broadcast(new float[communicator.Rank == 2 ? 11 : 10].AsSpan(), root: 0);
            FailsNow(communicator);
        });

        Assert.That(errors, Is.All.Matches(FailedWith(CollectiveFailure.Mismatch, retryHelps: false)));
    }

    private static IEnumerable<Action<Communicator>> OtherTypes =>
    [
        static communicator => communicator.AllReduce<double>(new double[100], ReduceOp.Sum),
        static communicator => communicator.AllReduce<long>(new long[100], ReduceOp.Sum),
        static communicator => communicator.AllReduce<long>(new long[50], ReduceOp.Sum),
    ];

    [Test]
    public void Different_types_fail_on_all_ranks([Range(0, 2)] int other)
    {
        Exception?[] errors = Ranks.Errors(wires, 3, Small, communicator =>
        {
            if (communicator.Rank == 1)
                OtherTypes.ElementAt(other)(communicator);
            else
                communicator.AllReduce(new float[100].AsSpan());
            FailsNow(communicator);
        });

        Assert.That(errors, Is.All.Matches(FailedWith(CollectiveFailure.Mismatch, retryHelps: false)));
    }

    [Test]
    public void After_a_failure_each_further_operation_fails_the_same_way()
    {
        Exception?[] errors = Ranks.Errors(wires, 2, Small, communicator =>
        {
            Assert.That(
                () => communicator.AllReduce(new float[10 + communicator.Rank].AsSpan()), Throws.InstanceOf<CollectiveException>());
            Assert.That(() => communicator.Barrier(), Throws.InstanceOf<CollectiveException>());
            communicator.AllReduce(new float[10].AsSpan());
        });

        Assert.That(errors, Is.All.Matches(FailedWith(CollectiveFailure.Mismatch, retryHelps: false)));
    }

    [Test]
    public void Elements_that_cannot_be_reduced_are_a_bug_of_the_caller_and_disturb_nobody()
    {
        float[][] sums = Ranks.Run(wires, 2, Small, communicator =>
        {
            Assert.That(() => communicator.AllReduce<int>(new int[1], ReduceOp.Sum), Throws.TypeOf<NotSupportedException>());
            Assert.That(() => communicator.AllReduce<float>(new float[1], (ReduceOp)9), Throws.TypeOf<NotSupportedException>());
            Assert.That(() => communicator.Broadcast<float>(new float[1], -1), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => communicator.Broadcast<float>(new float[1], 2), Throws.TypeOf<ArgumentOutOfRangeException>());
            Assert.That(() => communicator.PartOf(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
            float[] one = [1];
            communicator.AllReduce(one.AsSpan());
            return one;
        });

        Assert.That(sums, Is.All.EqualTo(new[] { 2f }));
    }

    [Test]
    public void A_rank_that_never_takes_part_fails_every_collective_at_the_deadline()
    {
        Action<Communicator>[] collectives =
        [
            communicator => communicator.AllReduce(new float[100].AsSpan()),
            communicator => communicator.ReduceScatter<float>(new float[100], ReduceOp.Sum),
            communicator => communicator.AllGather<float>(new float[100]),
            communicator => communicator.Broadcast<float>(new float[100], 2),
            communicator => communicator.Barrier(),
        ];
        foreach (Action<Communicator> collective in collectives)
        {
            using CountdownEvent othersHaveFailed = new(2);

            Exception?[] errors = Ranks.Errors(wires, 3, Hasty, communicator =>
            {
                if (communicator.Rank == 2)
                {
                    othersHaveFailed.Wait();
                    return;
                }

                try
                {
                    collective(communicator);
                }
                finally
                {
                    othersHaveFailed.Signal();
                }
            });

            Assert.That(errors[..2], Is.All.Matches(FailedBy(CollectiveFailure.Late, rank: 2, retryHelps: true)));
        }
    }

    [Test]
    public void A_rank_that_gives_up_in_mid_operation_fails_it_on_all_ranks([Values(2, 3, 5)] int worldSize)
    {
        using CountdownEvent underWay = new(worldSize);
        Communicator? second = null;

        Exception?[] errors = Gang.Errors(2, thread =>
        {
            if (thread == 0)
            {
                Exception?[] ofRanks = Ranks.Errors(wires, worldSize, Small, communicator =>
                {
                    if (communicator.Rank == 1)
                        second = communicator;
                    WorkUntilItFails(communicator, underWay);
                });
                Assert.That(ofRanks, Is.All.Matches(FailedBy(CollectiveFailure.Aborted, rank: 1, retryHelps: true)));
                Assert.That(ofRanks.Select(error => error!.Message), Is.All.Contains("out of memory"));
                return;
            }

            underWay.Wait();
            second!.Abort("out of memory");
        });

        Assert.That(errors, Is.All.Null);
    }

    [Test]
    public void A_rank_that_gives_up_says_whether_a_retry_helps()
    {
        Exception?[] errors = Ranks.Errors(wires, 2, Small, communicator =>
        {
            if (communicator.Rank == 0)
                communicator.Abort("bad configuration", retryHelps: false);
            communicator.AllReduce(new float[10].AsSpan());
        });

        Assert.That(errors, Is.All.Matches(FailedBy(CollectiveFailure.Aborted, rank: 0, retryHelps: false)));
    }

    [Test]
    public void A_cancelled_operation_is_cancelled_for_its_rank_and_fails_for_the_others()
    {
        using CancellationTokenSource stop = new();
        using CountdownEvent underWay = new(3);

        Exception?[] errors = Gang.Errors(2, thread =>
        {
            if (thread == 1)
            {
                underWay.Wait();
                stop.Cancel();
                return;
            }

            Exception?[] ofRanks = Ranks.Errors(
                wires, 3, Small, communicator => WorkUntilItFails(communicator, underWay), rank => rank == 2 ? stop.Token : CancellationToken.None);
            Assert.That(ofRanks[..2], Is.All.Matches(FailedBy(CollectiveFailure.Cancelled, rank: 2, retryHelps: false)));
            Assert.That(ofRanks[2], Is.InstanceOf<OperationCanceledException>()
                .With.Property(nameof(OperationCanceledException.CancellationToken)).EqualTo(stop.Token));
        });

        Assert.That(errors, Is.All.Null);
    }

    [Test]
    public void A_rank_that_leaves_disturbs_no_operation_that_it_has_done_and_fails_the_next()
    {
        Exception?[] errors = Ranks.Errors(wires, 3, Small, communicator =>
        {
            float[] values = Whole<float>(communicator.Rank, 1000);
            communicator.AllReduce(values.AsSpan());
            Assert.That(values, Is.EqualTo(Definition.Of<float>(3, 0..1000, ReduceOp.Sum)));
            if (communicator.Rank == 2)
                return;
            communicator.AllReduce(values.AsSpan());
        });

        Assert.That(errors[2], Is.Null);
        Assert.That(errors[..2], Is.All.Matches(FailedBy(CollectiveFailure.Left, rank: 2, retryHelps: true)));
    }

    [Test]
    public void Ranks_that_leave_at_once_disturb_nobody_who_still_joins()
    {
        for (int ring = 0; ring < 50; ring++)
            Assert.That(Ranks.Errors(wires, 4, Small, static _ => { }), Is.All.Null);
    }

    [Test]
    public void A_cancellation_after_leaving_touches_nobody()
    {
        using CancellationTokenSource stop = new();
        using ManualResetEventSlim stopped = new();

        Exception?[] errors = Ranks.Errors(
            wires,
            2,
            Small,
            communicator =>
            {
                if (communicator.Rank == 0)
                {
                    communicator.Dispose();
                    stop.Cancel();
                    stopped.Set();
                    return;
                }

                stopped.Wait();
                communicator.Barrier();
            },
            rank => rank == 0 ? stop.Token : CancellationToken.None);

        Assert.That(errors[0], Is.Null);
        Assert.That(errors[1], Is.Not.Null.And.Matches(FailedBy(CollectiveFailure.Left, rank: 0, retryHelps: true)));
    }

    [Test]
    public void An_operation_after_leaving_is_a_bug_of_the_caller()
    {
        Exception?[] errors = Ranks.Errors(wires, 1, Small, communicator =>
        {
            communicator.Dispose();
            communicator.Dispose();
            communicator.AllReduce(new float[1].AsSpan());
        });

        Assert.That(errors, Is.All.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void A_ring_of_one_changes_nothing()
    {
        float[][] values = Ranks.Run(wires, 1, Small, communicator =>
        {
            float[] values = [1.5f, float.NaN, -0f];
            foreach (ReduceOp op in Operations)
            {
                communicator.AllReduce<float>(values, op);
                communicator.ReduceScatter<float>(values, op);
            }

            communicator.AllGather<float>(values);
            communicator.Broadcast<float>(values, 0);
            communicator.Barrier();
            return values;
        });

        Assert.That(Written(values[0]), Is.EqualTo(Written([1.5f, float.NaN, -0f])));
    }

    /// <summary>
    /// A rank whose sends have left it may be done with an operation before it fails elsewhere: over TCP with any, otherwise with
    /// one in which it hears from nobody. Then it fails in the next.
    /// </summary>
    private static void FailsNow(Communicator communicator) => communicator.Barrier();

    private static void WorkUntilItFails(Communicator communicator, CountdownEvent underWay)
    {
        float[] gradients = new float[5000];
        communicator.AllReduce(gradients.AsSpan());
        underWay.Signal();
        while (true)
            communicator.AllReduce(gradients.AsSpan());
    }

    private static T[] Whole<T>(Communicator communicator, int length, Action<Communicator, T[]> collective)
        where T : unmanaged
    {
        T[] values = Whole<T>(communicator.Rank, length);
        collective(communicator, values);
        return values;
    }

    private static T[] Whole<T>(int rank, int length)
        where T : unmanaged =>
        [.. Enumerable.Range(0, length).Select(i => Definition.Value<T>(rank, i))];

    private static Range PartOf(int rank, int worldSize, int length)
    {
        ChunkLayout parts = new(length, worldSize);
        return (int)parts.StartOf(rank)..(int)(parts.StartOf(rank) + parts.LengthOf(rank));
    }

    private static Predicate<Exception?> FailedBy(CollectiveFailure failure, int rank, bool retryHelps) =>
        error => error is CollectiveException e && e.Failure == failure && e.Rank == rank && e.RetryHelps == retryHelps;

    private static Predicate<Exception?> FailedWith(CollectiveFailure failure, bool retryHelps) =>
        error => error is CollectiveException e && e.Failure == failure && e.RetryHelps == retryHelps;

    private static float[] Rounding(int length, int rank) =>
        [.. Enumerable.Range(0, length).Select(i => (float)(Math.Sin((i * 12.9898) + (rank * 78.233)) * Math.Pow(10, (i + rank) % 7)))];

    /// <summary>The order of addition that the ring promises: chunk c of a bucket is added from rank c on, once around.</summary>
    private static float[] AlongTheRing(int worldSize, Func<int, float[]> valuesOf, int length)
    {
        float[][] all = [.. Enumerable.Range(0, worldSize).Select(valuesOf)];
        float[] sums = new float[length];
        foreach (Bucket bucket in Bucket.Of(length, SmallBucketBytes / sizeof(float)))
        {
            ChunkLayout layout = new(bucket.Count, worldSize);
            for (int chunk = 0; chunk < worldSize; chunk++)
            {
                for (int i = 0; i < layout.LengthOf(chunk); i++)
                {
                    int at = bucket.Start + (int)layout.StartOf(chunk) + i;
                    sums[at] = all[chunk][at];
                    for (int hop = 1; hop < worldSize; hop++)
                        sums[at] += all[(chunk + hop) % worldSize][at];
                }
            }
        }

        return sums;
    }

    private static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];

    /// <summary>With the sign of zero, and without that of what is not a number.</summary>
    private static IEnumerable<string> Written(float[] values) =>
        values.Select(value => float.IsNaN(value) ? "NaN" : value.ToString("r"));

    /// <summary>What each operation makes of each type.</summary>
    private sealed record Reduced(float[][] Single, double[][] Double, long[][] Long, Half[][] Half, BFloat16[][] Brain)
    {
        public static Reduced Of(
            Func<Communicator, ReduceOp, float[]> single,
            Func<Communicator, ReduceOp, double[]> wide,
            Func<Communicator, ReduceOp, long[]> whole,
            Func<Communicator, ReduceOp, Half[]> half,
            Func<Communicator, ReduceOp, BFloat16[]> brain,
            Communicator communicator) => new(
                [.. Operations.Select(op => single(communicator, op))],
                [.. Operations.Select(op => wide(communicator, op))],
                [.. Operations.Select(op => whole(communicator, op))],
                [.. Operations.Select(op => half(communicator, op))],
                [.. Operations.Select(op => brain(communicator, op))]);

        public static Reduced Definition(int worldSize, Range range) => new(
            [.. Operations.Select(op => Exchange.Definition.Of<float>(worldSize, range, op))],
            [.. Operations.Select(op => Exchange.Definition.Of<double>(worldSize, range, op))],
            [.. Operations.Select(op => Exchange.Definition.Of<long>(worldSize, range, op))],
            [.. Operations.Select(op => Exchange.Definition.Of<Half>(worldSize, range, op))],
            [.. Operations.Select(op => Exchange.Definition.Of<BFloat16>(worldSize, range, op))]);

        public void AssertIs(Reduced expected)
        {
            Assert.That(Single, Is.EqualTo(expected.Single));
            Assert.That(Double, Is.EqualTo(expected.Double));
            Assert.That(Long, Is.EqualTo(expected.Long));
            Assert.That(Half, Is.EqualTo(expected.Half));
            Assert.That(Brain, Is.EqualTo(expected.Brain));
        }
    }
}
