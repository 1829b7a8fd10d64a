using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Hosting;

namespace Orchestrator.Display;

/// <summary>Progress in words, for the table and the lines alike.</summary>
internal static class ProgressWords
{
    public static bool HasEnded(TrialState state) => state is TrialState.Succeeded or TrialState.Diverged or TrialState.Failed;

    public static string Name(TrialProgress trial) => $"{trial.Cell}, seed {trial.Seed}";

    public static string End(TrialProgress trial) => string.Join(
        ", ",
        new[] { trial.State.ToString().ToLowerInvariant(), Metric(trial), trial.Reason }.Where(part => !string.IsNullOrEmpty(part)));

    public static string Metric(TrialProgress trial) => trial is { Metric: { } name, MetricValue: { } value }
        ? $"{Words.MetricName(name)} {Words.Metric(name, value)}"
        : "";

    public static string Summary(SweepProgress progress)
    {
        string counts = string.Join(", ", Counts(progress).Where(part => part.Count > 0).Select(part => $"{part.Count} {part.State}"));
        bool isOver = progress.Running + progress.Pending + progress.Waiting == 0;
        string left = progress.Remaining is { } remaining && !isOver ? $"; about {Words.Duration(remaining)} left" : "";
        return $"{Words.Duration(progress.Elapsed)}: {counts}{left}";
    }

    private static (int Count, string State)[] Counts(SweepProgress progress) =>
    [
        (progress.Running, "running"),
        (progress.Pending + progress.Waiting, "to come"),
        (progress.Succeeded, "succeeded"),
        (progress.Diverged, "diverged"),
        (progress.Failed, "failed"),
    ];
}
