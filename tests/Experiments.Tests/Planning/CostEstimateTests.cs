using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Tests.Runs;
using Orchestrator.Models.Data;

namespace Orchestrator.Experiments.Tests.Planning;

internal sealed class CostEstimateTests
{
    [Test]
    public void Independent_trials_share_the_slots()
    {
        Plan plan = Of(Trial("a"), Trial("b"), Trial("c"), Trial("d"));

        Assert.That(CostEstimate.Of(plan, 2), Is.EqualTo(CostEstimate.Of(plan, 1) / 2));
        Assert.That(CostEstimate.Of(plan, 3), Is.EqualTo(CostEstimate.Of(plan, 2)));
    }

    [Test]
    public void A_trial_waits_for_its_source()
    {
        Plan plan = Of(Trial("a"), Trial("b") with { QuantileSource = "a" });

        Assert.That(CostEstimate.Of(plan, 2), Is.EqualTo(CostEstimate.Of(plan, 1)));
    }

    [Test]
    public void Every_kind_of_data_has_its_length()
    {
        foreach (DataSetInfo info in DataSets.All)
        {
            var options = (DataOptions)Activator.CreateInstance(info.OptionsType)!;
            Cell cell = Plans.Cell(0, "x");
            cell = cell with { Configuration = cell.Configuration with { Data = options }, Length = new TrainingLength(10, 100) };
            Assert.That(CostEstimate.SecondsOf(cell), Is.Positive, info.Kind);
        }
    }

    private static Trial Trial(string id) => new() { Id = id, Cell = 0, Seed = 0 };

    private static Plan Of(params Trial[] trials) => Plans.Valid() with
    {
        Cells = [Plans.Cell(0, "dense") with { Length = new TrainingLength(10, 100) }],
        Trials = [.. trials],
    };
}
