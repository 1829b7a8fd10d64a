using System.Diagnostics;
using Orchestrator.Actors.Hosting;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;
using Orchestrator.Models.Native;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;

namespace Orchestrator.Bench.Orchestration;

/// <summary>
/// What a trial costs beyond its training: a sweep of trials of one step each, through coordinator, worker, schedule,
/// aggregator, journal and run store, against the same trials trained one after the other by the bare loop, which writes
/// the same weights. Both use one slot, so that nothing hides behind a neighbour.
/// </summary>
internal static class OrchestrationBenchmark
{
    public static int Run(Options options) => RunAsync(options).GetAwaiter().GetResult();

    private static async Task<int> RunAsync(Options options)
    {
        int trials = options.Number("trials", 1000);
        TorchRuntime.Initialize();
        string folder = Directory.CreateTempSubdirectory("orchestration-").FullName;
        try
        {
            Plan warm = PlanOf("warm", 20);
            _ = Bare(warm, Path.Combine(folder, "bare-warm"));
            _ = await SweepAsync(warm, folder);

            Plan plan = PlanOf("measured", trials);
            TimeSpan bareBefore = Bare(plan, Path.Combine(folder, "bare-1"));
            (TimeSpan sweep, (long Journal, long Metrics) bytes) = await SweepAsync(plan, folder);
            TimeSpan bareAfter = Bare(plan, Path.Combine(folder, "bare-2"));
            double bare = (bareBefore + bareAfter).TotalMilliseconds / 2 / trials;
            double whole = sweep.TotalMilliseconds / trials;
            Console.WriteLine($"{trials} trials of one step, one slot, journal and results synced to disk:");
            Console.WriteLine($"  orchestrated           {whole:0.00} ms per trial, start-up included");
            Console.WriteLine($"  bare training loop     {bare:0.00} ms per trial ({bareBefore.TotalMilliseconds / trials:0.00} before, {bareAfter.TotalMilliseconds / trials:0.00} after)");
            Console.WriteLine($"  orchestration          {whole - bare:0.00} ms per trial");
            Console.WriteLine($"  journal                {bytes.Journal / 1024.0:0} KiB, {bytes.Journal / (double)trials:0} bytes per trial");
            Console.WriteLine($"  metrics and results    {bytes.Metrics / 1024.0:0} KiB, {bytes.Metrics / (double)trials:0} bytes per trial");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Plan PlanOf(string name, int trials) => SweepLoader.Parse(
        name,
        $$"""
        {
          "name": "{{name}}",
          "base": {
            "data": { "kind": "synthetic-digits", "trainCount": 16, "validationCount": 1, "testCount": 1, "batchSize": 4 },
            "network": { "kind": "gru", "hiddenSize": 8 },
            "training": { "epochs": 1, "maxSteps": 1 }
          },
          "variants": [{ "name": "dense" }],
          "seeds": {{trials}},
          "objective": { "metric": "validation/label-error-rate" }
        }
        """,
        DataRoot.None);

    private static async Task<(TimeSpan Elapsed, (long Journal, long Metrics) Bytes)> SweepAsync(Plan plan, string folder)
    {
        using RunStore store = RunStore.CreateOrOpen(folder, plan, "{}");
        var environment = new RunEnvironment([], []);
        store.RecordEnvironment(environment);
        long start = Stopwatch.GetTimestamp();
        SweepOutcome outcome = await SweepHost.RunAsync(
            store,
            new SweepHostOptions { Slots = 1, Data = DataRoot.None, Environment = environment },
            new Progress<SweepProgress>(),
            CancellationToken.None);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        if (outcome.Succeeded != plan.Trials.Length)
            throw new InvalidOperationException($"Only {outcome.Succeeded} of {plan.Trials.Length} trials succeeded.");
        return (elapsed, store.DatabaseBytes());
    }

    private static TimeSpan Bare(Plan plan, string folder)
    {
        Cell cell = plan.Cells[0];
        IDataSet data = DataSets.Load(cell.Configuration.Data, DataRoot.None);
        long start = Stopwatch.GetTimestamp();
        foreach (Trial trial in plan.Trials)
        {
            TrialOutcome outcome = TrainingLoop.Run(
                new TrialRun
                {
                    TrialId = trial.Id,
                    Configuration = cell.Configuration,
                    Seed = trial.Seed,
                    Data = data,
                    Exchange = new SingleRankExchange(),
                    Pruning = PruningProgram.Dense,
                    Directory = Path.Combine(folder, trial.Id),
                    Observer = Silence.Instance,
                    Time = TimeProvider.System,
                },
                CancellationToken.None);
            if (outcome is not TrialOutcome.Completed)
                throw new InvalidOperationException($"A bare trial ended as {outcome}.");
        }

        return Stopwatch.GetElapsedTime(start);
    }
}
