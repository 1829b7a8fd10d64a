using System.Collections.Immutable;
using Orchestrator.Experiments.Statistics;

namespace Orchestrator.Experiments.Reports.Findings;

/// <summary>A cell's trials in one line: means over the seeds that succeeded.</summary>
internal sealed record CellSummary
{
    public required CellResult Cell { get; init; }

    public string Name => Cell.Name;

    public required ImmutableArray<TrialResult> Succeeded { get; init; }

    /// <summary>Null where no trial has the metric.</summary>
    public MeanInterval? Objective { get; init; }

    /// <summary>In the order of <see cref="ReportInput.OtherMetrics"/>.</summary>
    public ImmutableArray<MeanInterval?> Others { get; init; } = [];

    public double? Nonzeros { get; init; }

    public double? DenseFileBytes { get; init; }

    public double? CompressedFileBytes { get; init; }

    /// <summary>The smaller of the two files: what one would ship.</summary>
    public double? FileBytes { get; init; }

    public MeanInterval? TrainingSeconds { get; init; }

    public double? Steps { get; init; }

    /// <summary>Mean share of entries that are not zero, per matrix, in the order of the first trial.</summary>
    public ImmutableArray<MatrixDensity> Densities { get; init; } = [];

    public static CellSummary Of(CellResult cell, ReportInput input)
    {
        ImmutableArray<TrialResult> succeeded = [.. cell.Trials.Where(t => t.Outcome == TrialOutcome.Succeeded)];
        return new CellSummary
        {
            Cell = cell,
            Succeeded = succeeded,
            Objective = MeanOf(succeeded, input.Objective, input.Confidence),
            Others = [.. input.OtherMetrics.Select(metric => MeanOf(succeeded, metric, input.Confidence))],
            Nonzeros = Mean(succeeded, t => t.Nonzeros),
            DenseFileBytes = Mean(succeeded, t => t.DenseFileBytes),
            CompressedFileBytes = Mean(succeeded, t => t.CompressedFileBytes),
            FileBytes = Mean(succeeded, SmallestFile),
            TrainingSeconds = MeanInterval.Of([.. succeeded.Select(t => t.TrainingSeconds).OfType<double>()], input.Confidence),
            Steps = Mean(succeeded, t => t.Steps),
            Densities = DensitiesOf(succeeded),
        };
    }

    /// <summary>The trial's value of a metric; null where it is absent or no number.</summary>
    public static double? ValueOf(TrialResult trial, string metric)
    {
        var found = trial.Metrics.FirstOrDefault(m => m.Name == metric);
        return found is not null && double.IsFinite(found.Value) ? found.Value : null;
    }

    private static long? SmallestFile(TrialResult trial) =>
        trial is { DenseFileBytes: { } dense, CompressedFileBytes: { } compressed }
            ? Math.Min(dense, compressed)
            : trial.DenseFileBytes ?? trial.CompressedFileBytes;

    private static MeanInterval? MeanOf(ImmutableArray<TrialResult> trials, MetricDescription metric, double confidence) =>
        MeanInterval.Of([.. trials.Select(t => ValueOf(t, metric.Name)).OfType<double>()], confidence);

    private static double? Mean(ImmutableArray<TrialResult> trials, Func<TrialResult, long?> value)
    {
        double[] values = [.. trials.Select(value).OfType<long>().Select(v => (double)v)];
        return values.Length == 0 ? null : values.Average();
    }

    private static ImmutableArray<MatrixDensity> DensitiesOf(ImmutableArray<TrialResult> trials) =>
    [
        .. trials.SelectMany(t => t.Densities)
            .GroupBy(d => d.Name, StringComparer.Ordinal)
            .Select(g => g.First() with { Density = g.Average(d => d.Density) }),
    ];
}
