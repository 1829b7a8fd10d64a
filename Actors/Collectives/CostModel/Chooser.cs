using System.Collections.Concurrent;
using System.Collections.Immutable;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Collectives.CostModel;

/// <summary>
/// Chooses the schedule that costs the least. A pure function of its arguments: ranks that agree on the costs agree on the
/// choice.
/// </summary>
internal static class Chooser
{
    /// <summary>
    /// Larger worlds are priced by formula. A ring of 64 has 8,000 messages, which take a millisecond or two to simulate.
    /// </summary>
    private const int SimulatedWorldMax = 64;

    private const long BucketBytesMin = 64 << 10;

    private static readonly ImmutableArray<int> ChannelCounts = [1, 2];
    private static readonly ImmutableArray<int> SegmentCounts = [1, 2, 4, 8, 16, 32, 64];
    private static readonly ConcurrentDictionary<ScheduleSpec, Schedule> Built = new();

    /// <summary>Prices all schedules for a collective.</summary>
    /// <param name="goal">What is to be done.</param>
    /// <param name="worldSize">Ranks, ≥ 1.</param>
    /// <param name="length">Elements in the buffer.</param>
    /// <param name="elementBytes">Bytes of an element.</param>
    /// <param name="costs">What it runs on; links say, too, which ranks share a node.</param>
    public static Choice Choose(CollectiveGoal goal, int worldSize, long length, int elementBytes, Costs costs)
    {
        ImmutableArray<Candidate> candidates =
        [
            .. Specs(goal, worldSize, NodeSizeOf(costs))
                .Select(spec => new Candidate(spec, Price(spec, length, elementBytes, costs))),
        ];
        return new Choice(candidates.MinBy(candidate => candidate.Time), candidates);
    }

    /// <summary>
    /// The smallest bucket that wastes at most a share of its time on latency: among powers of two of bytes the first one whose
    /// time per byte is at most (1 + waste) times the least of all. For the ring and plain costs that is where
    /// pα ≤ waste · nβ, to a factor of two.
    /// </summary>
    /// <param name="worldSize">Ranks, ≥ 1.</param>
    /// <param name="length">Elements in the buffer.</param>
    /// <param name="elementBytes">Bytes of an element.</param>
    /// <param name="costs">What it runs on.</param>
    /// <param name="waste">Above 0; 0.1 for a tenth.</param>
    /// <returns>Bytes in a bucket, at least 64 KiB, and no more than it takes for the buffer.</returns>
    public static long BucketBytes(int worldSize, long length, int elementBytes, Costs costs, double waste)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(waste);
        List<(long Bytes, double TimePerByte)> sizes = [];
        for (long bytes = BucketBytesMin; ; bytes *= 2)
        {
            Candidate best = Choose(CollectiveGoal.AllReduce, worldSize, bytes / elementBytes, elementBytes, costs).Best;
            sizes.Add((bytes, best.Time / bytes));
            if (bytes >= length * elementBytes)
                break;
        }

        double least = sizes.Min(size => size.TimePerByte);
        return sizes.First(size => size.TimePerByte <= (1 + waste) * least).Bytes;
    }

    private static int NodeSizeOf(Costs costs) => costs is Links links ? links.NodeSize : 1;

    private static IEnumerable<ScheduleSpec> Specs(CollectiveGoal goal, int worldSize, int nodeSize)
    {
        var specs =
            from algorithm in ScheduleSpec.AlgorithmsFor(goal.Kind)
            where algorithm != Algorithm.Hierarchical || (nodeSize > 1 && nodeSize < worldSize)
            from channels in ChannelCounts
            from segments in SegmentCounts
            select new ScheduleSpec(goal, algorithm, worldSize, channels, segments, nodeSize).Normalized();
        return specs.Distinct();
    }

    private static double Price(ScheduleSpec spec, long length, int elementBytes, Costs costs) =>
        costs is Links links && spec.WorldSize > SimulatedWorldMax
            ? ClosedForms.Time(spec, length * elementBytes, links)
            : ScheduleCost.Predict(Built.GetOrAdd(spec, static wanted => wanted.Build()), length, elementBytes, costs);
}

/// <param name="Best">The one that costs the least; of several, the first.</param>
/// <param name="Candidates">All that were priced, in a fixed order.</param>
internal sealed record Choice(Candidate Best, ImmutableArray<Candidate> Candidates);

/// <param name="Spec">A schedule.</param>
/// <param name="Time">What it costs, in the unit of the costs.</param>
internal readonly record struct Candidate(ScheduleSpec Spec, double Time);
