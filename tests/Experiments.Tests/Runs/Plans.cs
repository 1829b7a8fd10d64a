using Orchestrator.Experiments.Planning;
using Orchestrator.Models.Data;
using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Tests.Runs;

/// <summary>A small plan for tests that need any.</summary>
internal static class Plans
{
    public static Plan Valid() => new()
    {
        Name = "tiny",
        Hash = "0123456789ab",
        Cells = [Cell(0, "dense")],
        Trials = [new Trial { Id = "t", Cell = 0, Seed = 0 }],
        Objective = new Objective { Metric = "validation/label-error-rate" },
        Report = new ReportOptions(),
    };

    public static Cell Cell(int index, string name) => new()
    {
        Index = index,
        Name = name,
        Variant = name,
        GridPoint = [KeyValuePair.Create("optimizer.learningRate", "0.002")],
        Configuration = new TrialConfiguration { Data = new SyntheticDigitsOptions() },
        Shape = new DataShape(20, 11, TaskKind.Ctc),
        Parameters = 100,
        PlannedNonzeros = 100,
    };
}
