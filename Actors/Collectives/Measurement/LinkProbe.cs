using System.Collections.Immutable;
using System.Diagnostics;
using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Collectives.Measurement;

/// <summary>
/// Measures what messages cost: every rank sends one to its right neighbour and receives one from its left one, again and
/// again, at several sizes; once they replace what is there, once they are added.
/// </summary>
/// <remarks>
/// All ranks are busy at the same time, so that what they take from each other — cores, caches, the wire — is in the figures.
/// It takes less than half a second.
/// </remarks>
internal static class LinkProbe
{
    private const int Batches = 5;

    /// <summary>Messages under way together.</summary>
    private const int Several = 8;

    /// <summary>For each size and each of the two ways.</summary>
    private static readonly TimeSpan Time = TimeSpan.FromMilliseconds(16);

    /// <summary>The first stands for an empty message.</summary>
    private static readonly ImmutableArray<int> Sizes = [64, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 2 << 20];

    /// <summary>Measures. All ranks call it, and get the same.</summary>
    public static MeasuredLinks Measure(Communicator communicator)
    {
        Schedule move = Probe(communicator.WorldSize, Step.Receive);
        Schedule add = Probe(communicator.WorldSize, Step.ReceiveReduce);
        Schedule several = Probe(communicator.WorldSize, Step.Receive, Several);
        double[] together = new double[1];
        double[] moving = new double[Sizes.Length];
        double[] adding = new double[Sizes.Length];
        using PinnedMemory memory = new();
        together[0] = Seconds(communicator, several, memory.OfAtLeast(Sizes[^1])[..Sizes[0]]);
        for (int size = 0; size < Sizes.Length; size++)
        {
            Span<byte> buffer = memory.OfAtLeast(Sizes[^1])[..Sizes[size]];
            buffer.Clear();
            moving[size] = Seconds(communicator, move, buffer);
            adding[size] = Seconds(communicator, add, buffer);
        }

        // The slowest rank counts. And what all ranks reckon with is the same.
        communicator.AllReduce(moving.AsSpan(), ReduceOp.Max);
        communicator.AllReduce(adding.AsSpan(), ReduceOp.Max);
        communicator.AllReduce(together.AsSpan(), ReduceOp.Max);
        double perMessage = Math.Clamp((together[0] - moving[0]) / (Several - 1), 0, moving[0]);
        double[] cores = [Environment.ProcessorCount];
        communicator.AllReduce(cores.AsSpan(), ReduceOp.Min);
        return new MeasuredLinks(
            communicator.WorldSize,
            (int)cores[0],
            moving[0] - perMessage,
            perMessage,
            [
                .. Enumerable.Range(1, Sizes.Length - 1).Select(size => new MeasuredLinks.Point(
                    Sizes[size], Math.Max(0, moving[size] - moving[0]), Math.Max(0, adding[size] - moving[size]))),
            ]);
    }

    /// <summary>Each rank sends so many messages to its right neighbour and receives as many from its left one.</summary>
    internal static Schedule Probe(int worldSize, Func<int, int, int, int, Step> receive, int messages = 1) => Schedule.ForEachRank(
        "probe",
        CollectiveGoal.AllReduce,
        worldSize,
        chunks: 1,
        scratch: 1,
        rank =>
        [
            .. Enumerable.Repeat(Step.Send(Ring.Wrap(rank + 1, worldSize), chunk: 0), messages),
            .. Enumerable.Repeat(receive(Ring.Wrap(rank - 1, worldSize), 0, 0, 1), messages),
        ]);

    /// <summary>For one exchange: the median of a few rows of them.</summary>
    private static double Seconds(Communicator communicator, Schedule schedule, Span<byte> buffer)
    {
        double estimate = Row(communicator, schedule, buffer, calls: 2);
        double[] agreed = [Math.Max(Row(communicator, schedule, buffer, calls: 2), estimate / 4)];
        communicator.AllReduce(agreed.AsSpan(), ReduceOp.Max);
        int calls = (int)Math.Clamp(Time.TotalSeconds / Batches / agreed[0], 1, 1000);
        double[] rows = new double[Batches];
        for (int batch = 0; batch < Batches; batch++)
            rows[batch] = Row(communicator, schedule, buffer, calls);
        Array.Sort(rows);
        return rows[Batches / 2];
    }

    /// <summary>Seconds for an exchange, in a row of them.</summary>
    internal static double Row(Communicator communicator, Schedule schedule, Span<byte> buffer, int calls)
    {
        communicator.Barrier();
        long began = Stopwatch.GetTimestamp();
        for (int call = 0; call < calls; call++)
            communicator.Run(schedule, buffer, ElementType.Float32, Reducer.Of(ElementType.Float32, ReduceOp.Sum));
        return Stopwatch.GetElapsedTime(began).TotalSeconds / calls;
    }
}
