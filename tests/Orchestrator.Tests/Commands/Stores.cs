using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;
using Orchestrator.Models.Training;

namespace Orchestrator.Tests.Commands;

/// <summary>Sweep files and run stores for tests of commands.</summary>
internal static class Stores
{
    public const string Sweep = """
        {
          "name": "tiny",
          "base": { "data": { "kind": "synthetic-digits", "trainCount": 40, "batchSize": 10 }, "network": { "hiddenSize": 8 } },
          "variants": [{ "name": "dense" }, { "name": "pruned 90 %", "set": { "pruning": { "method": "gradual-cubic", "interval": 2 } } }],
          "controls": "dense",
          "seeds": 2
        }
        """;

    public static string Write(string folder, string name, string text = Sweep)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A run of <see cref="Sweep"/> in which the first trial has succeeded and the second has begun.</summary>
    /// <returns>The run's folder.</returns>
    public static string Begun(string runs)
    {
        Plan plan = SweepLoader.Parse("tiny.json", Sweep, DataRoot.None);
        using RunStore store = RunStore.CreateOrOpen(runs, plan, Sweep);
        store.Append(
            [
                new StoredMetric(plan.Trials[0].Id, "train/loss", 4, 1, 2.5),
                new StoredMetric(plan.Trials[0].Id, plan.Objective.Metric, 4, 1, 0.125),
                new StoredMetric(plan.Trials[1].Id, "train/loss", 4, 1, 3.5),
            ],
            [Succeeded(plan.Trials[0].Id)]);
        return store.Directory;
    }

    private static StoredResult Succeeded(string trial) => new()
    {
        TrialId = trial,
        End = TrialEnd.Succeeded,
        Attempts = 1,
        Token = 1,
        EnvironmentId = "e",
        Result = new TrialResult
        {
            Metrics = new(StringComparer.Ordinal) { ["test/label-error-rate"] = 0.25 },
            Steps = 40,
            Epochs = 10,
            Parameters = 100,
            Nonzeros = 100,
            Densities = [],
        },
    };
}
