using System.CommandLine;
using Orchestrator.Actors.Workers;
using Orchestrator.Display;
using Orchestrator.Execution;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;

namespace Orchestrator.Commands;

/// <summary><c>run SWEEP</c>: plan, train, report.</summary>
internal static class RunCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> sweep = CommonOptions.Sweep();
        Option<string> runs = CommonOptions.Runs();
        Option<string?> data = CommonOptions.Data();
        Option<int> slots = CommonOptions.Slots();
        Option<GangTransport> transport = CommonOptions.Transport();
        Option<bool> open = CommonOptions.Open();
        Option<bool> json = CommonOptions.Json();
        var fresh = new Option<bool>("--fresh") { Description = "Begins anew: an earlier run of the same plan is kept under another name." };
        var command = new Command("run", "Trains all trials of a sweep on this machine and writes the report. Goes on where an earlier run stopped.")
        {
            sweep, runs, data, slots, transport, open, fresh, json,
        };
        command.SetAction((parsed, _) => ExecuteAsync(
            parsed.GetRequiredValue(sweep),
            parsed.GetRequiredValue(runs),
            parsed.GetValue(fresh),
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

    private static async Task<int> ExecuteAsync(string sweep, string runs, bool fresh, RunRequest request, Terminal terminal)
    {
        Terminal beside = terminal.Beside(request.Json);
        string sweepDirectory = Path.GetDirectoryName(Path.GetFullPath(sweep))!;
        Plan plan = SweepLoader.Load(sweep, DataRoot.Find(request.DataFolder), request.Slots);
        string directory = RunStore.DirectoryOf(runs, plan);
        bool exists = Directory.Exists(directory);
        if (exists && fresh)
        {
            beside.Out.WriteLine($"The earlier run is kept as `{Shown.Path(RunStore.SetAside(directory))}`.");
            exists = false;
        }

        PlanText.Write(plan, request.Slots, beside);
        if (exists)
            beside.Out.WriteLine($"Going on with the run in `{Shown.Path(directory)}`.");
        using RunStore store = RunStore.CreateOrOpen(runs, plan, await File.ReadAllTextAsync(sweep));
        if (store.SweepDirectory != sweepDirectory)
            store.RecordSweepDirectory(sweepDirectory);
        return await SweepRun.ExecuteAsync(store, request, terminal);
    }
}
