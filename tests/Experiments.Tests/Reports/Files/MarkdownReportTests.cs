using Orchestrator.Experiments.Reports;
using Orchestrator.Experiments.Reports.Files;
using Orchestrator.Experiments.Reports.Findings;

namespace Orchestrator.Experiments.Tests.Reports.Files;

internal sealed class MarkdownReportTests
{
    [Test]
    public void Two_variants_read_as_they_did() => Golden.Match("reports/two-variants.md", Write(SampleReports.TwoVariants()));

    [Test]
    public void A_comparison_of_methods_with_failures_reads_as_it_did() =>
        Golden.Match("reports/pruning-methods.md", Write(SampleReports.PruningMethods()));

    [Test]
    public void Hostile_names_become_neither_markup_nor_links_nor_fields()
    {
        var input = SampleReports.Of(("<script>|[x](http://y)`*_", null, [0.1, 0.2]));

        var text = Write(input);

        Assert.That(text, Does.Not.Contain("<script>").And.Not.Contain("[x](http"));
        Assert.That(text, Does.Contain(@"&lt;script>\|[x\](http://y)\`\*\_"));
    }

    private static string Write(ReportInput input) => MarkdownReport.Write(ReportFindings.Of(input));
}
