using System.CommandLine;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orchestrator.Display;
using Orchestrator.Execution;
using Orchestrator.Experiments.Runs;

namespace Orchestrator.Commands;

/// <summary><c>status RUN</c>: how far a run is, from its store, whether or not a process is at it.</summary>
internal static class StatusCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> run = CommonOptions.Run();
        Option<string> runs = CommonOptions.Runs();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("status", "Shows how far the trials of a run are.") { run, runs, json };
        command.SetAction(parsed => Execute(
            RunFinder.Find(parsed.GetRequiredValue(run), parsed.GetRequiredValue(runs)), parsed.GetValue(json), terminal));
        return command;
    }

    private static int Execute(string directory, bool json, Terminal terminal)
    {
        using RunStore store = RunStore.OpenForReading(directory);
        var status = RunStatus.Of(store, isInUse: RunStore.IsInUse(directory));
        if (json)
            terminal.Out.WriteLine(Json(status).ToString(Formatting.Indented));
        else
            StatusText.Write(status, terminal);
        return ExitCode.Done;
    }

    private static JObject Json(RunStatus status) => new()
    {
        ["run"] = status.Directory,
        ["isRunning"] = status.IsInUse,
        ["transports"] = new JArray(status.Transports),
        ["counts"] = new JObject(Enum.GetValues<TrialStage>().Select(stage =>
            new JProperty(stage.ToString().ToLowerInvariant(), status.Trials.Count(trial => trial.Stage == stage)))),
        ["trials"] = new JArray(status.Trials.Select(trial => new JObject
        {
            ["id"] = trial.Id,
            ["cell"] = trial.Cell,
            ["seed"] = trial.Seed,
            ["state"] = trial.Stage.ToString().ToLowerInvariant(),
            ["step"] = trial.Step,
            ["epoch"] = trial.Epoch,
            ["loss"] = trial.Loss,
            ["metric"] = trial.MetricName,
            ["value"] = trial.MetricValue,
            ["sparsity"] = trial.Sparsity,
            ["reason"] = trial.Reason,
        })),
    };
}
