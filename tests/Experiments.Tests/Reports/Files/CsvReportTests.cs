using Orchestrator.Experiments.Reports;
using Orchestrator.Experiments.Reports.Files;

namespace Orchestrator.Experiments.Tests.Reports.Files;

internal sealed class CsvReportTests
{
    [Test]
    public void There_is_one_row_per_trial() =>
        Golden.Match("reports/two-variants.csv", CsvReport.Write(SampleReports.TwoVariants()).ReplaceLineEndings("\n"));

    [Test]
    public void Fields_with_separators_are_quoted_and_formulas_are_made_texts()
    {
        var input = SampleReports.Of(("=SUM(A1), \"x\"", null, [0.1]));

        Assert.That(CsvReport.Write(input), Does.Contain("\"'=SUM(A1), \"\"x\"\"\""));
    }

    [Test]
    public void A_metric_that_a_trial_lacks_is_an_empty_field()
    {
        var input = SampleReports.TwoVariants();
        var bare = input.Cells[0] with { Trials = [new TrialResult { Id = "t", Seed = 1, Outcome = TrialOutcome.Failed, Reason = "full" }] };

        Assert.That(CsvReport.Write(input with { Cells = [bare] }).Split("\r\n")[1],
            Is.EqualTo("digits-gru,dense,dense,,,t,1,,failed,full,,52300,,,,,0,"));
    }
}
