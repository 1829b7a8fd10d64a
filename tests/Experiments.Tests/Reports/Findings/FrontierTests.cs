using Orchestrator.Experiments.Reports.Findings;

namespace Orchestrator.Experiments.Tests.Reports.Findings;

internal sealed class FrontierTests
{
    [Test]
    public void It_holds_the_cells_that_no_other_beats_in_size_and_quality_smallest_first() =>
        Assert.That(ReportFindings.Of(SampleReports.PruningMethods()).Frontier,
            Is.EqualTo(new[] { "gradual 90 %", "dense", "large, pruned to the dense size" }));

    [Test]
    public void Cells_of_equal_size_and_quality_share_it()
    {
        var input = SampleReports.Of(("a", null, [0.1, 0.2]), ("b", null, [0.2, 0.1]), ("c", null, [0.3, 0.3]));

        Assert.That(ReportFindings.Of(input).Frontier, Is.EquivalentTo(new[] { "a", "b" }));
    }
}
