using System.Numerics;
using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Schedules;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Tests.Collectives.Exchange;

internal sealed class CommunicatorTests
{
    private const long SmallBucketBytes = 256;

    /// <summary>None, fewer than ranks, as many, one more, and several buckets with a rest.</summary>
    private static IEnumerable<(int WorldSize, int Length)> Shapes =>
        from p in Enumerable.Range(1, 8)
        from length in new[] { 0, 1, p - 1, p, p + 1, 63, 64, 65, 1000, 10_007 }.Distinct()
        select (p, length);

    [TestCaseSource(nameof(Shapes))]
    public void The_sum_of_floats_is_that_of_all_ranks((int WorldSize, int Length) shape)
    {
        float[][] sums = AllReduce(shape.WorldSize, rank => Whole<float>(shape.Length, rank), Float);

        float[] expected = Naive(shape.WorldSize, rank => Whole<float>(shape.Length, rank), shape.Length);
        Assert.That(sums, Is.All.EqualTo(expected));
    }

    [TestCaseSource(nameof(Shapes))]
    public void The_sum_of_doubles_is_that_of_all_ranks((int WorldSize, int Length) shape)
    {
        double[][] sums = AllReduce(shape.WorldSize, rank => Whole<double>(shape.Length, rank), Double);

        double[] expected = Naive(shape.WorldSize, rank => Whole<double>(shape.Length, rank), shape.Length);
        Assert.That(sums, Is.All.EqualTo(expected));
    }

    [TestCaseSource(nameof(Shapes))]
    public void Sums_that_round_are_bitwise_those_added_along_the_ring((int WorldSize, int Length) shape)
    {
        float[][] sums = AllReduce(shape.WorldSize, rank => Rounding(shape.Length, rank), Float);

        int[] expected = Bits(AlongTheRing(shape.WorldSize, rank => Rounding(shape.Length, rank), shape.Length));
        Assert.That(sums.Select(Bits), Is.All.EqualTo(expected));
    }

    [Test]
    public void A_run_repeated_is_bitwise_the_same([Values(2, 3, 5)] int worldSize)
    {
        float[][] first = AllReduce(worldSize, rank => Rounding(10_007, rank), Float);
        float[][] second = AllReduce(worldSize, rank => Rounding(10_007, rank), Float);

        Assert.That(second.Select(Bits), Is.EqualTo(first.Select(Bits)));
    }

    [Test]
    public void Large_buffers_in_buckets_of_the_default_size_are_summed_too([Values(2, 3)] int worldSize)
    {
        const int length = 2_500_003;
        LocalRingRendezvous rendezvous = new();

        float[][] sums = Gang.Run(worldSize, rank =>
        {
            float[] values = Whole<float>(length, rank);
            rendezvous.Join("ring", token: 1, rank, worldSize, CancellationToken.None).AllReduce(values);
            return values;
        });

        float[] expected = Naive(worldSize, rank => Whole<float>(length, rank), length);
        Assert.That(sums.Select(sum => sum.AsSpan().SequenceEqual(expected)), Is.All.True);
    }

    [Test]
    public void Many_operations_follow_each_other([Values(2, 4)] int worldSize)
    {
        const int operations = 300;

        double[][] sums = AllReduce(worldSize, rank => Whole<double>(7, rank), (exchange, values) =>
        {
            for (int operation = 0; operation < operations; operation++)
            {
                float[] gradients = Whole<float>(operation, exchange.Rank);
                exchange.AllReduce(gradients);
                Assert.That(gradients, Is.EqualTo(Naive(worldSize, rank => Whole<float>(operation, rank), operation)));
            }

            exchange.AllReduce(values);
        });

        Assert.That(sums, Is.All.EqualTo(Naive(worldSize, rank => Whole<double>(7, rank), 7)));
    }

    [Test]
    public void Each_exchange_knows_its_place()
    {
        LocalRingRendezvous rendezvous = new();

        (int, int)[] places = Gang.Run(3, rank =>
        {
            IGradientExchange exchange = rendezvous.Join("ring", token: 1, rank, worldSize: 3, CancellationToken.None);
            return (exchange.Rank, exchange.WorldSize);
        });

        Assert.That(places, Is.EqualTo(new[] { (0, 3), (1, 3), (2, 3) }));
    }

    [TestCase(4, 5)]
    [TestCase(0, 1)]
    [TestCase(0, 10_000)]
    [TestCase(1000, 1001)]
    [TestCase(1000, 100_000)]
    public void Different_lengths_fail_on_all_ranks(int most, int one)
    {
        Exception?[] errors = Failures(worldSize: 4, (exchange, rank) => exchange.AllReduce(new float[rank == 2 ? one : most]));

        Assert.That(errors, Is.All.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.Mismatch)
            .And.Property(nameof(CollectiveException.RetryHelps)).False);
    }

    [Test]
    public void Different_types_fail_on_all_ranks()
    {
        Exception?[] errors = Failures(worldSize: 3, (exchange, rank) =>
        {
            if (rank == 1)
                exchange.AllReduce(new double[100]);
            else
                exchange.AllReduce(new float[100]);
        });

        Assert.That(errors, Is.All.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.Mismatch));
    }

    [Test]
    public void After_a_failure_each_further_operation_fails_the_same_way()
    {
        Exception?[] errors = Failures(worldSize: 2, (exchange, rank) =>
        {
            Assert.That(() => exchange.AllReduce(new float[10 + rank]), Throws.InstanceOf<CollectiveException>());
            exchange.AllReduce(new float[10]);
        });

        Assert.That(errors, Is.All.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.Mismatch));
    }

    private static void Float(IGradientExchange exchange, float[] values) => exchange.AllReduce(values);

    private static void Double(IGradientExchange exchange, double[] values) => exchange.AllReduce(values);

    private static T[][] AllReduce<T>(int worldSize, Func<int, T[]> valuesOf, Action<IGradientExchange, T[]> allReduce)
    {
        LocalRingRendezvous rendezvous = new(new CommunicatorOptions { BucketBytes = SmallBucketBytes });
        return Gang.Run(worldSize, rank =>
        {
            IGradientExchange exchange = rendezvous.Join("ring", token: 1, rank, worldSize, CancellationToken.None);
            T[] values = valuesOf(rank);
            allReduce(exchange, values);
            rendezvous.Leave("ring", token: 1, rank);
            return values;
        });
    }

    private static Exception?[] Failures(int worldSize, Action<IGradientExchange, int> body)
    {
        LocalRingRendezvous rendezvous = new(new CommunicatorOptions { BucketBytes = SmallBucketBytes });
        return Gang.Errors(worldSize, rank =>
            body(rendezvous.Join("ring", token: 1, rank, worldSize, CancellationToken.None), rank));
    }

    /// <summary>Whole numbers, whose sums are exact in any order.</summary>
    private static T[] Whole<T>(int length, int rank)
        where T : INumber<T> =>
        [.. Enumerable.Range(0, length).Select(i => T.CreateChecked(((rank + 1) * (i % 97)) - rank))];

    private static float[] Rounding(int length, int rank) =>
        [.. Enumerable.Range(0, length).Select(i => (float)(Math.Sin((i * 12.9898) + (rank * 78.233)) * Math.Pow(10, (i + rank) % 7)))];

    private static T[] Naive<T>(int worldSize, Func<int, T[]> valuesOf, int length)
        where T : INumber<T>
    {
        T[][] all = [.. Enumerable.Range(0, worldSize).Select(valuesOf)];
        return [.. Enumerable.Range(0, length).Select(i => all.Aggregate(T.Zero, (sum, values) => sum + values[i]))];
    }

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
}
