using System.Collections.Immutable;
using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Bench.Crossover;

/// <summary>
/// The cheapest algorithm for each number of ranks (2 to 65,536) and of bytes (256 B to 1 GiB), in powers of two.
/// </summary>
internal sealed class AlgorithmMap
{
    public const int ElementBytes = 4;

    private readonly Dictionary<(int WorldSize, long Bytes), Choice> _choices = [];

    public AlgorithmMap(Links links)
    {
        foreach (int worldSize in WorldSizes)
        {
            foreach (long bytes in Sizes)
            {
                long length = bytes / ElementBytes;
                _choices[(worldSize, bytes)] = Chooser.Choose(CollectiveGoal.AllReduce, worldSize, length, ElementBytes, links);
            }
        }
    }

    public static ImmutableArray<int> WorldSizes { get; } = [.. Enumerable.Range(1, 16).Select(power => 1 << power)];

    public static ImmutableArray<long> Sizes { get; } = [.. Enumerable.Range(8, 23).Select(power => 1L << power)];

    public Algorithm Best(int worldSize, long bytes) => _choices[(worldSize, bytes)].Best.Spec.Algorithm;

    /// <summary>The time of an algorithm with its best channels and segments; NaN where it is no candidate.</summary>
    public double Time(Algorithm algorithm, int worldSize, long bytes) => _choices[(worldSize, bytes)].Candidates
        .Where(candidate => candidate.Spec.Algorithm == algorithm)
        .Select(candidate => candidate.Time)
        .DefaultIfEmpty(double.NaN)
        .Min();

    /// <summary>Sizes in a row with the same best algorithm.</summary>
    public IEnumerable<(Algorithm Algorithm, long FirstBytes)> Ranges(int worldSize)
    {
        Algorithm? before = null;
        foreach (long bytes in Sizes)
        {
            Algorithm best = Best(worldSize, bytes);
            if (best != before)
                yield return (best, bytes);
            before = best;
        }
    }
}
