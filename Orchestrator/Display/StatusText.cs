using Orchestrator.Commands;
using Orchestrator.Execution;
using Spectre.Console;

namespace Orchestrator.Display;

/// <summary>A run's status for a person.</summary>
internal static class StatusText
{
    public static void Write(RunStatus status, Terminal terminal)
    {
        Table table = Tables.Create(
            ("Trial", false), ("Cell", false), ("Seed", true), ("State", false), ("Epoch", true), ("Loss", true),
            (Words.MetricName(status.Trials[0].MetricName), true), ("Sparsity", true), ("Reason", false));
        foreach (TrialStatus trial in status.Trials)
        {
            Tables.Row(
                table,
                trial.Id,
                trial.Cell,
                $"{trial.Seed}",
                trial.Stage.ToString().ToLowerInvariant(),
                trial.Step == 0 ? "" : Words.Number(trial.Epoch),
                trial.Loss is { } loss ? Words.Number(loss) : "",
                trial.MetricValue is { } value ? Words.Metric(trial.MetricName, value) : "",
                trial.Sparsity is { } sparsity ? Words.Percent(sparsity) : "",
                trial.Reason ?? "");
        }

        terminal.Out.WriteLine($"{Shown.Path(status.Directory)}: {Counts(status)}; {(status.IsInUse ? "a process is at it" : "no process is at it")}{Transports(status)}.");
        Tables.Write(table, terminal);
    }

    private static string Transports(RunStatus status) =>
        status.Transports.Count == 0 ? "" : $"; transport: {string.Join(", ", status.Transports)}";

    private static string Counts(RunStatus status) => string.Join(
        ", ",
        status.Trials.GroupBy(trial => trial.Stage).OrderBy(group => group.Key)
            .Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}"));
}
