using System.CommandLine;
using Orchestrator.Actors.Workers;
using Orchestrator.Execution;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;

namespace Orchestrator.Commands;

/// <summary><c>resume RUN|SWEEP</c>: goes on with a run that was stopped, killed or cut off.</summary>
internal static class ResumeCommand
{
    public static Command Create(Terminal terminal)
    {
        var run = new Argument<string>("RUN|SWEEP") { Description = "Folder of a run, its name below --runs, or its sweep file." };
        Option<string> runs = CommonOptions.Runs();
        Option<string?> data = CommonOptions.Data();
        Option<int> slots = CommonOptions.Slots();
        Option<GangTransport> transport = CommonOptions.Transport();
        Option<bool> open = CommonOptions.Open();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("resume", "Goes on with a run from its last checkpoints, and writes the report.") { run, runs, data, slots, transport, open, json };
        command.SetAction((parsed, _) => ExecuteAsync(
            parsed.GetRequiredValue(run),
            parsed.GetRequiredValue(runs),
            new RunRequest
            {
                DataFolder = parsed.GetValue(data),
                Slots = parsed.GetValue(slots),
                Transport = parsed.GetValue(transport),
                OpensReport = parsed.GetValue(open),
                Json = parsed.GetValue(json),
            },
            terminal));
        return command;
    }

    private static async Task<int> ExecuteAsync(string given, string runs, RunRequest request, Terminal terminal)
    {
        using RunStore store = RunStore.OpenForWriting(Find(given, runs, request));
        return await SweepRun.ExecuteAsync(store, request, terminal);
    }

    private static string Find(string given, string runs, RunRequest request)
    {
        if (!File.Exists(given))
            return RunFinder.Find(given, runs);

        Plan plan = SweepLoader.Load(given, DataRoot.Find(request.DataFolder), request.Slots);
        string directory = RunStore.DirectoryOf(runs, plan);
        return Directory.Exists(directory)
            ? directory
            : throw new UsageException($"There is no run of `{given}` in `{runs}` yet (it would be `{plan.RunName}`). Begin it with `orchestrator run {Shown.Argument(given)}`.");
    }
}
