using System.Collections.Immutable;
using Orchestrator.Models.Pruning.Criteria;
using Orchestrator.Models.Training;

namespace Orchestrator.Models.Pruning;

/// <summary>What a trial's pruning takes from other trials of the same seed. What is not needed is not looked at.</summary>
public sealed record PruningSources
{
    public static readonly PruningSources None = new();

    /// <summary>gradual-threshold: the trained weights of a dense network of the same shape, row by row, by the matrix' name.</summary>
    public IReadOnlyDictionary<string, float[]>? DenseWeights { get; init; }

    /// <summary>Densities that are to be copied: those of the other trial's result.</summary>
    public IReadOnlyList<MatrixDensity>? Densities { get; init; }

    /// <summary>Gives each block the q or the sparsity that it is to take from another trial.</summary>
    internal ImmutableArray<PrunedBlock> Complete(PruningOptions options, ImmutableArray<PrunedBlock> blocks)
    {
        if (options.Method == PruningMethod.GradualThreshold)
            return WithQuantiles(options, blocks);
        return options.DensitiesFrom is null ? blocks : [.. blocks.Select(WithDensity)];
    }

    private ImmutableArray<PrunedBlock> WithQuantiles(PruningOptions options, ImmutableArray<PrunedBlock> blocks)
    {
        bool pooled = options.Scope == PruningScope.Global;
        ImmutableArray<PrunedBlock> pool = [.. blocks.Where(block => pooled && IsOpen(block) && !block.Apart)];
        double common = pool.IsEmpty ? 0 : QuantileOf(pool, options.Sparsity);
        return
        [
            .. blocks.Select(block => block with
            {
                Quantile = !IsOpen(block) ? block.Quantile : pool.Contains(block) ? common : QuantileOf([block], block.Sparsity),
            }),
        ];

        static bool IsOpen(PrunedBlock block) => block.Quantile == 0;
    }

    private double QuantileOf(ImmutableArray<PrunedBlock> blocks, double sparsity) =>
        WeightQuantile.Of([.. blocks.Select(WeightsOf)], sparsity);

    private ReadOnlyMemory<float> WeightsOf(PrunedBlock block)
    {
        if (DenseWeights is null || !DenseWeights.TryGetValue(block.Matrix, out float[]? weights))
        {
            throw new PruningConfigurationException(
                "quantile", $"there are no trained weights of `{block.Matrix}` to take q from; give `quantile` or `quantileFrom`.");
        }

        int first = block.FirstRow * block.Columns;
        int count = block.Rows * block.Columns;
        if (weights.Length % block.Columns != 0 || weights.Length < first + count || (block.Gate is null && weights.Length != count))
        {
            throw new PruningConfigurationException(
                "quantileFrom",
                $"`{block.Matrix}` has {weights.Length} weights in the dense network, which do not fit {block.Rows} × {block.Columns} "
                + $"from row {block.FirstRow} on; q needs a network of the same shape.");
        }

        return weights.AsMemory(first, count);
    }

    private PrunedBlock WithDensity(PrunedBlock block)
    {
        if (block.Apart)
            return block;

        MatrixDensity source = Densities?.FirstOrDefault(density => density.Name == block.Matrix)
            ?? throw new PruningConfigurationException("densitiesFrom", $"there is no density of `{block.Matrix}` to copy.");
        double density = block.Gate is null ? source.Density : source.ByGate.GetValueOrDefault(block.Gate, source.Density);
        return block with { Sparsity = 1 - density, Apart = true };
    }
}
