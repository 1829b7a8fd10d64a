namespace Orchestrator.Models.Pruning;

/// <summary>What must hold between the options themselves, whatever the network and the training.</summary>
internal static class PruningRules
{
    public static IEnumerable<PruningProblem> Problems(PruningOptions options) =>
        new[] { Criterion(options), Quantiles(options), Densities(options), OneShot(options) }
            .OfType<PruningProblem>()
            .Concat(Targets(options));

    private static PruningProblem? Criterion(PruningOptions options) => (options.Method, options.Criterion) switch
    {
        (PruningMethod.GradualThreshold, PruningCriterion.Random) => new(
            "criterion", "`random` has no magnitudes for a threshold; take the method `gradual-cubic`, `one-shot` or `random`."),
        (PruningMethod.Random, PruningCriterion.Magnitude) => new(
            "criterion", "`magnitude` contradicts the method `random`; leave it out, or take the method `gradual-cubic`."),
        _ => null,
    };

    private static PruningProblem? Quantiles(PruningOptions options) =>
        options is { Method: PruningMethod.GradualThreshold, Quantile: not null, QuantileFrom: not null }
            ? new("quantile", "q is given by `quantile` and by `quantileFrom`; leave one out.")
            : null;

    private static PruningProblem? Densities(PruningOptions options) =>
        options is { Method: PruningMethod.GradualThreshold, DensitiesFrom: not null }
            ? new("densitiesFrom", "`gradual-threshold` has no densities as targets; take `quantileFrom`, or another method.")
            : null;

    private static PruningProblem? OneShot(PruningOptions options) =>
        options is { Method: PruningMethod.OneShot, AtEpoch: not null, FineTuneEpochs: not null }
            ? new("atEpoch", "the step is given by `atEpoch` and by `fineTuneEpochs`; leave one out.")
            : null;

    private static IEnumerable<PruningProblem> Targets(PruningOptions options)
    {
        var targets = options.Overrides
            .Select((part, index) => (Path: $"overrides[{index}].sparsity", Sparsity: part.Prune ? part.Sparsity : null))
            .Prepend((Path: "sparsity", Sparsity: options.DensitiesFrom is null ? options.Sparsity : null));
        foreach ((string path, double? target) in targets)
        {
            if (target is not { } sparsity)
                continue;
            if (1 - sparsity < options.KeepAtLeast * (1 - 1e-9))
                yield return new(path, $"{sparsity} leaves less than `keepAtLeast`, {options.KeepAtLeast}; lower one of them.");
            if (options.Method is PruningMethod.GradualCubic or PruningMethod.Random && sparsity < options.InitialSparsity)
                yield return new(path, $"{sparsity} is less than `initialSparsity`, {options.InitialSparsity}; lower that.");
        }
    }
}
