using Orchestrator.Experiments.Planning;

namespace Orchestrator.Experiments.Tests.Sweeps;

internal sealed class SamplesTests
{
    [TestCaseSource(typeof(Samples), nameof(Samples.Names))]
    public void Every_sample_can_be_planned(string name)
    {
        Plan plan = Samples.Plan(name);

        Assert.That(plan.Trials, Has.Length.GreaterThanOrEqualTo(plan.Cells.Length));
    }
}
