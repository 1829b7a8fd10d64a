using Orchestrator.Experiments.Reports.Findings;

namespace Orchestrator.Experiments.Tests.Reports.Findings;

internal sealed class ConfigurationTableTests
{
    [Test]
    public void What_all_cells_share_stands_apart_from_what_some_have_otherwise_or_not_at_all()
    {
        var input = SampleReports.TwoVariants();
        var extended = input.Cells[1] with { Configuration = input.Cells[1].Configuration.Add(new("pruning.sparsity", "0.9")) };

        var table = ConfigurationTable.Of([input.Cells[0], extended]);

        Assert.That(table.Common.Select(v => v.Name), Is.EqualTo(new[] { "network.kind", "network.hiddenSize" }));
        Assert.That(table.Differing.Select(r => r.Path), Is.EqualTo(new[] { "pruning.method", "pruning.sparsity" }));
        Assert.That(table.Differing[1].Values, Is.EqualTo(new[] { null, "0.9" }));
    }
}
