using System.Collections.Immutable;

namespace Orchestrator.Models.Pruning.Criteria;

/// <summary>
/// How many weights a sparsity leaves: the one place where a share becomes a number. Of n weights, s·n go, rounded to the
/// nearest whole number (halves up); the guard leaves at least keepAtLeast·n, rounded up.
/// </summary>
public static class KeptWeights
{
    /// <summary>keepAtLeast·n is taken as whole when it is so but for rounding, as in 0.07 · 100 = 7.000000000000001.</summary>
    private const double Slack = 1 - 1e-12;

    public static long Of(long weights, double sparsity) =>
        weights - (long)Math.Round(sparsity * weights, MidpointRounding.AwayFromZero);

    /// <summary>The guard's floor.</summary>
    public static long Floor(long weights, double keepAtLeast) => (long)Math.Ceiling(keepAtLeast * weights * Slack);

    /// <summary>Weights left in all blocks together at their targets, each at least at its floor.</summary>
    public static long OfAll(ImmutableArray<PrunedBlock> blocks, PruningScope scope, double keepAtLeast)
    {
        ImmutableArray<PrunedBlock> pool = Pool(blocks, scope);
        long apart = blocks.Except(pool).Sum(block => Math.Max(Of(block.Count, block.Sparsity), Floor(block.Count, keepAtLeast)));
        long pooled = pool.IsEmpty ? 0 : Of(pool.Sum(block => block.Count), pool[0].Sparsity);
        return apart + Math.Max(pooled, pool.Sum(block => Floor(block.Count, keepAtLeast)));
    }

    /// <summary>The blocks that reach their sparsity together; none in the scope of single matrices.</summary>
    public static ImmutableArray<PrunedBlock> Pool(ImmutableArray<PrunedBlock> blocks, PruningScope scope) =>
        scope == PruningScope.Global ? [.. blocks.Where(block => !block.Apart)] : [];
}
