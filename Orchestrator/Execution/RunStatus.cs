using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;

namespace Orchestrator.Execution;

/// <summary>How far a run is, by what it has stored.</summary>
/// <param name="Transports">How ranks of trials have exchanged gradients, in the processes that were at the run; mostly one.</param>
internal sealed record RunStatus(string Directory, bool IsInUse, IReadOnlyList<string> Transports, IReadOnlyList<TrialStatus> Trials)
{
    public static RunStatus Of(RunStore store, bool isInUse)
    {
        IReadOnlyDictionary<string, StoredResult> results = store.Results();
        return new RunStatus(
            store.Directory,
            isInUse,
            TransportNames.In(store),
            [.. store.Plan.Trials.Select(trial => TrialStatus.Of(store, trial, results.GetValueOrDefault(trial.Id)))]);
    }
}

internal enum TrialStage
{
    /// <summary>Nothing is stored of it yet.</summary>
    Pending,

    /// <summary>Metrics are stored, but no end.</summary>
    Begun,

    Succeeded,

    Diverged,

    Failed,
}

/// <summary>A trial's newest stored numbers; null where there are none.</summary>
internal sealed record TrialStatus(
    string Id,
    string Cell,
    long Seed,
    TrialStage Stage,
    long Step,
    double Epoch,
    double? Loss,
    string MetricName,
    double? MetricValue,
    double? Sparsity,
    string? Reason)
{
    public static TrialStatus Of(RunStore store, Trial trial, StoredResult? result)
    {
        IReadOnlyList<StoredMetric> points = store.MetricsOf(trial.Id);
        string objective = store.Plan.Objective.Metric;
        StoredMetric newest = points.Count == 0 ? default : points.MaxBy(point => point.Step);
        return new TrialStatus(
            trial.Id,
            store.Plan.Cells[trial.Cell].Name,
            trial.Seed,
            StageOf(result, points),
            newest.Step,
            newest.Epoch,
            Newest(points, "train/loss"),
            objective,
            Newest(points, objective),
            Newest(points, "sparsity/overall"),
            result?.Reason);
    }

    private static TrialStage StageOf(StoredResult? result, IReadOnlyList<StoredMetric> points) => result?.End switch
    {
        TrialEnd.Succeeded => TrialStage.Succeeded,
        TrialEnd.Diverged => TrialStage.Diverged,
        TrialEnd.Failed => TrialStage.Failed,
        _ => points.Count > 0 ? TrialStage.Begun : TrialStage.Pending,
    };

    private static double? Newest(IReadOnlyList<StoredMetric> points, string name)
    {
        StoredMetric[] found = [.. points.Where(point => point.Name == name && double.IsFinite(point.Value))];
        return found.Length == 0 ? null : found.MaxBy(point => point.Step).Value;
    }
}
