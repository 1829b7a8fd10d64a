using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Tests.Sweeps;
using Orchestrator.Models.Data;

namespace Orchestrator.Experiments.Tests.Planning;

internal sealed class PlanFactsTests
{
    [Test]
    public void A_cell_names_the_cells_that_it_waits_for()
    {
        PlanFacts facts = PlanFacts.Of(Samples.Plan("digits-ctc.json"), slots: 2);

        Assert.That(Named("large, pruned").DependsOn, Is.EqualTo(new[] { "large dense" }));
        Assert.That(Named("random 90 %").DependsOn, Is.EqualTo(new[] { "gradual 90 %" }));
        Assert.That(Named("dense").DependsOn, Is.Empty);
        Assert.That(Named("dense").Trials, Is.EqualTo(6));
        Assert.That(Named("cubic 90 %").Sparsity, Is.EqualTo(0.845).Within(0.005));

        CellFacts Named(string name) => facts.Cells.Single(cell => cell.Cell.Name == name);
    }

    [Test]
    public void Operations_are_six_per_weight_frame_and_sample()
    {
        Cell cell = Samples.Plan("quickstart.json").Cells[0];

        // Two directions of a GRU of 40 on 20 bands, and 11 classes; 3.5 digits of 10 frames and 4.5 pauses of 1.25.
        double weights = (2 * 3 * 40 * (20 + 40)) + (11 * 80);
        Assert.That(CostModel.FlopsPerStep(cell), Is.EqualTo(6 * weights * (35 + 5.625) * 25).Within(1e-9).Percent);
    }

    [Test]
    public void More_slots_take_less_time_until_only_the_longest_chain_is_left()
    {
        Plan plan = Samples.Plan("quickstart.json");

        double one = PlanFacts.Of(plan, slots: 1).Estimate.MostSeconds;
        double two = PlanFacts.Of(plan, slots: 2).Estimate.MostSeconds;
        double many = PlanFacts.Of(plan, slots: 1_000).Estimate.MostSeconds;

        PlanFacts facts = PlanFacts.Of(plan, slots: 1);
        double chain = facts.Cells.Single(cell => cell.Cell.Name == "gradual 90 %").TimePerTrial.MostSeconds
            + facts.Cells.Single(cell => cell.Cell.Name == "random 90 %").TimePerTrial.MostSeconds;
        Assert.That(two, Is.EqualTo(one / 2).Within(1e-9).Percent);
        Assert.That(many, Is.EqualTo(chain).Within(1e-9).Percent);
        Assert.That(facts.Estimate.LeastSeconds, Is.LessThan(facts.Estimate.MostSeconds));
    }

    [Test]
    public void Every_kind_of_data_has_a_length()
    {
        foreach (DataSetInfo info in DataSets.All)
        {
            var options = (DataOptions)Activator.CreateInstance(info.OptionsType)!;
            Assert.That(SampleLength.Of(options), Is.GreaterThan(1), info.Kind);
        }
    }
}
