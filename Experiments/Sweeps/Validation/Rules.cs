using System.Collections.Immutable;

namespace Orchestrator.Experiments.Sweeps.Validation;

/// <summary>What the file alone must fulfil; what needs the data's shape is checked when planning.</summary>
internal static class Rules
{
    public static ImmutableArray<IRule> All { get; } =
    [
        new SweepNameFits(),
        new VariantNamesDiffer(),
        new OneSourcePerValue(),
        new ControlsExist(),
        new ReferencesExist(),
        new MetricFitsTask(),
        new BatchDividesAmongRanks(),
        new BatchNormalizationNeedsOneRank(),
        new NesterovNeedsMomentum(),
        new TrialsAreFew(),
    ];
}
