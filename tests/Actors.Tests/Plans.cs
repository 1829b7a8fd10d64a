using System.Collections.Immutable;
using Orchestrator.Experiments.Planning;
using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Tests;

/// <summary>Small valid plans; tests name only what matters.</summary>
internal static class Plans
{
    /// <summary>Trials t0, t1 … of one cell.</summary>
    public static Plan Of(int trials, int worldSize = 1, TrialConfiguration? like = null)
    {
        TrialConfiguration configuration = like ?? new TrialConfiguration
        {
            Data = new SyntheticDigitsOptions { BatchSize = 12 },
            Training = new TrainingOptions { WorldSize = worldSize },
        };
        DataShape shape = DataSets.ShapeOf(configuration.Data, DataRoot.None);
        long parameters = NetworkParameters.Count(configuration.Network, shape);
        return new Plan
        {
            Name = "test",
            Hash = "0123456789ab",
            Cells =
            [
                new Cell
                {
                    Index = 0,
                    Name = "dense",
                    Variant = "dense",
                    GridPoint = [],
                    Configuration = configuration,
                    Shape = shape,
                    Length = Experiments.Planning.TrainingLength.Of(
                        configuration, DataSets.Load(configuration.Data, DataRoot.None).Train.Count),
                    Parameters = parameters,
                    PlannedNonzeros = parameters,
                },
            ],
            Trials = [.. Enumerable.Range(0, trials).Select(index => new Trial { Id = $"t{index}", Cell = 0, Seed = index })],
            Objective = new Objective { Metric = "validation/loss" },
            Report = new ReportOptions(),
        };
    }

    public static TrialResult Result(double loss = 0.5) => new()
    {
        Metrics = new SortedDictionary<string, double>(StringComparer.Ordinal) { ["validation/loss"] = loss },
        Steps = 1,
        Epochs = 1,
        Parameters = 10,
        Nonzeros = 10,
        Densities = [],
    };

    public static ImmutableArray<MetricPoint> Points(params double[] values) =>
        [.. values.Select((value, step) => new MetricPoint("validation/loss", step, step, value))];
}
