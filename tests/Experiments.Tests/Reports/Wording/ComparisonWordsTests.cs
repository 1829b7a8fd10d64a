using Orchestrator.Experiments.Reports;
using Orchestrator.Experiments.Reports.Findings;
using Orchestrator.Experiments.Reports.Wording;

namespace Orchestrator.Experiments.Tests.Reports.Wording;

internal sealed class ComparisonWordsTests
{
    private static readonly double[] Dense = [0.0391, 0.0402, 0.0379, 0.0388, 0.0410, 0.0371];

    [Test]
    public void The_answer_names_quality_difference_verdict_size_and_cost()
    {
        var answer = ReportWriter.Answer(SampleReports.TwoVariants()).Select(line => line.Replace('\u00a0', ' '));

        Assert.That(answer, Is.EqualTo(new[]
        {
            "1 comparison: 1 equivalent.",
            "gradual 90 %: digit error 4.09 % against 3.90 % (dense); difference +0.18 points [+0.05, +0.32]; "
            + "equivalent within 1 point (TOST p < 0.001), though measurably worse (exact test, p = 0.031); "
            + "9.6× fewer weights, file 9.3× smaller; training took 1.02× as long.",
        }));
    }

    [Test]
    public void Too_few_pairs_say_how_many_are_needed() =>
        AssertSays(SampleReports.Of(("dense", null, Dense), ("short", "dense", Dense[..2])), "no verdict: 2 pairs are too few, 6 are needed");

    [Test]
    public void Wide_differences_name_both_tests_that_failed() =>
        AssertSays(SampleReports.Of(("dense", null, Dense), ("wide", "dense", [0.02, 0.08, 0.01, 0.09, 0.03, 0.05])),
            "no verdict: neither a difference (exact test, p = 0.", "nor equivalence within 1 point (TOST p = 0.");

    [Test]
    public void Figures_that_are_missing_leave_no_empty_clause()
    {
        var input = SampleReports.TwoVariants();
        var bare = input with
        {
            Cells = [.. input.Cells.Select(c => c with
            {
                Trials = [.. c.Trials.Select(t => t with { Nonzeros = null, DenseFileBytes = null, CompressedFileBytes = null, TrainingSeconds = null })],
            })],
        };

        Assert.That(Sentence(bare), Does.EndWith("(exact test, p = 0.031)."));
    }

    [Test]
    public void Nothing_compared_is_said() =>
        Assert.That(ReportWriter.Answer(SampleReports.Of(("dense", null, Dense))), Is.EqualTo(new[] { "Nothing was compared: no cell has a control." }));

    private static void AssertSays(ReportInput input, params string[] parts)
    {
        var sentence = Sentence(input);
        foreach (var part in parts) Assert.That(sentence, Does.Contain(part));
    }

    private static string Sentence(ReportInput input)
    {
        var findings = ReportFindings.Of(input);
        return ComparisonWords.Of(findings.Comparisons[0], input, MetricFormat.OfObjective(findings)).Sentence.Replace('\u00a0', ' ');
    }
}
