using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Tests.Collectives.Exchange;

/// <summary>
/// Thousands of operations one after the other, whose kinds, types and sizes follow from a seed; each element of each result is
/// checked. What is lost, doubled, torn or overtaken between the threads does not stay hidden here for long.
/// </summary>
[TestFixture(Wires.InProcess)]
[TestFixture(Wires.SharedMemory)]
[TestFixture(Wires.InPlace)]
[TestFixture(Wires.Tcp)]
internal sealed class StressTests(Wires wires)
{
    private const int Operations = 1000;

    [Test]
    public void Every_element_of_every_result_is_right(
        [Values(2, 3, 4)] int worldSize,
        [Values(AllReduceAlgorithm.Ring, AllReduceAlgorithm.Direct, AllReduceAlgorithm.DoubleTree)] AllReduceAlgorithm algorithm)
    {
        CommunicatorOptions options = new() { Algorithm = algorithm, BucketBytes = 20_000 };

        string?[] wrong = Ranks.Run(wires, worldSize, options, communicator =>
        {
            Random sameOnAllRanks = new((1000 * worldSize) + (int)algorithm);
            for (int operation = 0; operation < Operations; operation++)
            {
                int kind = sameOnAllRanks.Next(7);
                int length = LengthOf(sameOnAllRanks);
                int root = sameOnAllRanks.Next(worldSize);
                if (!IsRight(communicator, kind, operation, length, root))
                    return $"operation {operation} of kind {kind}, {length} elements, root {root}";
            }

            return null;
        });

        Assert.That(wrong, Is.All.Null);
    }

    /// <summary>Mostly short, at times longer than a bucket, seldom long.</summary>
    private static int LengthOf(Random random) => random.Next(20) switch
    {
        0 => random.Next(60_000),
        < 5 => random.Next(5000),
        _ => random.Next(70),
    };

    private static bool IsRight(Communicator ring, int kind, int operation, int length, int root)
    {
        int p = ring.WorldSize;
        int sumOfRanks = p * (p + 1) / 2;
        switch (kind)
        {
            case 0:
                float[] floats = Brought(ring, operation, length, static value => (float)value);
                ring.AllReduce(floats.AsSpan());
                return Holds(floats, 0..length, i => sumOfRanks * Base(operation, i));
            case 1:
                double[] doubles = Brought(ring, operation, length, static value => (double)value);
                ring.AllReduce(doubles.AsSpan(), ReduceOp.Max);
                return Holds(doubles, 0..length, i => p * Base(operation, i));
            case 2:
                Half[] halves = Brought(ring, operation, length, static value => (Half)value);
                ring.AllReduce(halves.AsSpan(), ReduceOp.Min);
                return Holds([.. halves.Select(value => (float)value)], 0..length, i => Base(operation, i));
            case 3:
                long[] scattered = Brought(ring, operation, length, static value => (long)value);
                ring.ReduceScatter(scattered.AsSpan(), ReduceOp.Sum);
                return Holds(scattered, ring.PartOf(length), i => sumOfRanks * Base(operation, i));
            case 4:
                float[] gathered = new float[length];
                foreach (int i in Enumerable.Range(0, length).ToArray()[ring.PartOf(length)])
                    gathered[i] = Base(operation, i);
                ring.AllGather(gathered.AsSpan());
                return Holds(gathered, 0..length, i => Base(operation, i));
            case 5:
                long[] received = Brought(ring, operation, length, static value => (long)value);
                ring.Broadcast(received.AsSpan(), root);
                return Holds(received, 0..length, i => (root + 1) * Base(operation, i));
            default:
                ring.Barrier();
                return true;
        }
    }

    private static int Base(int operation, int i) => (i + operation) % 31;

    private static T[] Brought<T>(Communicator ring, int operation, int length, Func<int, T> cast)
    {
        T[] values = new T[length];
        for (int i = 0; i < length; i++)
            values[i] = cast((ring.Rank + 1) * Base(operation, i));
        return values;
    }

    private static bool Holds<T>(T[] values, Range range, Func<int, int> expected)
        where T : System.Numerics.INumber<T>
    {
        for (int i = range.Start.Value; i < range.End.Value; i++)
        {
            if (values[i] != T.CreateChecked(expected(i)))
                return false;
        }

        return true;
    }
}
