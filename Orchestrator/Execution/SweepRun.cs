using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orchestrator.Actors.Hosting;
using Orchestrator.Actors.Workers;
using Orchestrator.Commands;
using Orchestrator.Display;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Reports;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Data;
using Orchestrator.Models.Native;

namespace Orchestrator.Execution;

/// <summary>What <c>run</c> and <c>resume</c> have in common: train whatever is open, then report.</summary>
internal sealed class SweepRun
{
    private readonly RunStore _store;
    private readonly RunRequest _request;
    private readonly Terminal _terminal;
    private readonly Terminal _beside;

    private SweepRun(RunStore store, RunRequest request, Terminal terminal)
    {
        _store = store;
        _request = request;
        _terminal = terminal;
        _beside = terminal.Beside(request.Json);
    }

    private string ResumeCommand =>
        $"orchestrator resume {Shown.Argument(Shown.Path(_store.Directory))}"
        + (_request.DataFolder is { } data ? $" --data {Shown.Argument(data)}" : "")
        + (_request.Transport == GangTransport.InProcess ? "" : $" --transport {TransportNames.Of(_request.Transport)}");

    /// <returns>The exit code.</returns>
    public static async Task<int> ExecuteAsync(RunStore store, RunRequest request, Terminal terminal)
    {
        var run = new SweepRun(store, request, terminal);
        try
        {
            return await run.ExecuteAsync();
        }
        catch (RunStoreException exception) when (exception.Fault == RunStoreFault.Full)
        {
            return run.TellFullDisk();
        }
        catch (Exception exception) when (Failures.Note(exception, store.Directory))
        {
            throw; // never reached: the filter only notes where the run is
        }
    }

    private async Task<int> ExecuteAsync()
    {
        Trial[] open = OpenTrials();
        if (open.Length == 0)
        {
            _beside.Out.WriteLine($"All {Words.Count(_store.Plan.Trials.Length, "trial")} have ended already: only the report is written again.");
            return Report();
        }

        if (open.Length < _store.Plan.Trials.Length)
            _beside.Out.WriteLine($"{open.Length} of {Words.Count(_store.Plan.Trials.Length, "trial")} are left.");
        SweepOutcome outcome = await TrainAsync(open);
        if (outcome.Stopped)
        {
            _terminal.Error.WriteLine($"Stopped. To go on:\n  {ResumeCommand}");
            return ExitCode.Stopped;
        }

        return Report();
    }

    private async Task<SweepOutcome> TrainAsync(Trial[] open)
    {
        var progress = ProgressDisplay.Create(_beside);
        using var stop = StopSignals.Listen(progress.TellStopping);
        TorchRuntime.Initialize();
        DataRoot root = DataRoot.Find(_request.DataFolder) with { SweepDirectory = _store.SweepDirectory };
        RunData.Prepare(_store, root, open);
        RunEnvironment environment = ThisMachine.Describe(_request.Transport);
        _store.RecordEnvironment(environment);
        var options = new SweepHostOptions
        {
            Slots = _request.Slots,
            Transport = _request.Transport,
            Data = root,
            Time = _terminal.Time,
            Environment = environment,
        };
        return await progress.ShowAsync(SweepHost.RunAsync(_store, options, progress, stop.Token));
    }

    private Trial[] OpenTrials()
    {
        IReadOnlyDictionary<string, StoredResult> results = _store.Results();
        return [.. _store.Plan.Trials.Where(trial => !results.ContainsKey(trial.Id))];
    }

    private int Report()
    {
        ReportInput input = RunReport.Assemble(_store, reproducible: false, _terminal.Time);
        ReportFiles files = Write(input);
        IReadOnlyDictionary<string, StoredResult> results = _store.Results();
        int Ended(TrialEnd end) => results.Values.Count(result => result.End == end);
        int open = OpenTrials().Length;
        if (_request.Json)
            _terminal.Out.WriteLine(Json(files, Ended, open).ToString(Formatting.Indented));
        Answers.Write(input, files, _request.OpensReport, _beside);
        TellFailures(results);
        return Ended(TrialEnd.Failed) + open > 0 ? ExitCode.SomeFailed : ExitCode.Done;
    }

    private ReportFiles Write(ReportInput input)
    {
        try
        {
            return ReportWriter.Write(input, _store.ReportDirectory);
        }
        catch (Exception exception) when (StoreFaults.IsStorage(exception))
        {
            throw StoreFaults.From(exception, _store.ReportDirectory);
        }
    }

    private int TellFullDisk()
    {
        _terminal.Error.WriteLine(
            $"No space is left for the run in `{Shown.Path(_store.Directory)}`. Nothing that was stored is lost. Free some space, then:\n  {ResumeCommand}");
        return ExitCode.SomeFailed;
    }

    private void TellFailures(IReadOnlyDictionary<string, StoredResult> results)
    {
        foreach (Trial trial in _store.Plan.Trials)
        {
            if (results.TryGetValue(trial.Id, out StoredResult? result) && result.End == TrialEnd.Failed)
                _terminal.Error.WriteLine($"Failed: {_store.Plan.Cells[trial.Cell].Name}, seed {trial.Seed} ({trial.Id}): {result.Reason}");
        }
    }

    private JObject Json(ReportFiles files, Func<TrialEnd, int> ended, int open) => new()
    {
        ["run"] = _store.Directory,
        ["succeeded"] = ended(TrialEnd.Succeeded),
        ["diverged"] = ended(TrialEnd.Diverged),
        ["failed"] = ended(TrialEnd.Failed),
        ["pending"] = open,
        ["report"] = files.Html,
    };
}
