using Orchestrator.Experiments.Planning;

namespace Orchestrator.Experiments.Tests.Sweeps;

internal sealed class SamplesTests
{
    [TestCaseSource(typeof(Samples), nameof(Samples.Names))]
    public void Every_sample_can_be_planned(string name)
    {
        Plan plan = Samples.Plan(name);

        foreach (Cell cell in plan.Cells)
            TestContext.Out.WriteLine($"{cell.Name,-20} {cell.Parameters,8} {cell.PlannedNonzeros,8} {cell.Configuration.Network.HiddenSize,4} {cell.Configuration.Pruning.Sparsity} {cell.Length}");
        Assert.That(plan.Trials, Has.Length.GreaterThanOrEqualTo(plan.Cells.Length));
    }
}
