using Orchestrator.Experiments.Reports;
using Orchestrator.Experiments.Reports.Findings;
using Orchestrator.Experiments.Statistics;

namespace Orchestrator.Experiments.Tests.Reports.Findings;

internal sealed class ComparisonsTests
{
    private static readonly double[] Dense = [0.0391, 0.0402, 0.0379, 0.0388, 0.0410, 0.0371];

    [Test]
    public void A_shift_of_one_sign_at_six_seeds_is_worse_when_errors_grow_and_better_when_they_shrink()
    {
        var findings = Find(("dense", null, Dense), ("bad", "dense", Shifted(0.03)));
        Assert.That(Only(findings).Verdict, Is.EqualTo(Verdict.Worse));
        Assert.That(Only(findings).DecidingTest, Is.EqualTo(DecidingTest.Exact));
        Assert.That(Only(findings).DecidingP, Is.EqualTo(0.03125));

        Assert.That(Only(Find(("dense", null, Dense), ("good", "dense", Shifted(-0.03)))).Verdict, Is.EqualTo(Verdict.Better));
    }

    [Test]
    public void A_metric_to_be_maximized_turns_the_verdict_round()
    {
        var input = SampleReports.Of(("dense", null, Dense), ("higher", "dense", Shifted(0.03)));

        var findings = ReportFindings.Of(input with { Objective = input.Objective with { Direction = MetricDirection.Maximize } });

        Assert.That(Only(findings).Verdict, Is.EqualTo(Verdict.Better));
    }

    [Test]
    public void A_difference_within_the_margin_is_equivalent_even_where_it_can_be_measured()
    {
        var comparison = Only(ReportFindings.Of(SampleReports.TwoVariants()));

        Assert.That(comparison.Verdict, Is.EqualTo(Verdict.Equivalent));
        Assert.That(comparison.IsDifferenceShown);
        Assert.That(comparison.EquivalencePAdjusted, Is.LessThan(0.05));
    }

    [Test]
    public void Five_pairs_are_too_few_however_far_they_are_apart()
    {
        var comparison = Only(Find(("dense", null, Dense), ("bad", "dense", Shifted(0.3)[..5])));

        Assert.That((comparison.Verdict, comparison.Obstacle), Is.EqualTo((Verdict.NotReached, VerdictObstacle.TooFewPairs)));
        Assert.That(comparison.Pairs, Is.EqualTo(5));
    }

    [Test]
    public void Cells_that_agree_at_every_seed_are_equivalent_although_t_is_undefined()
    {
        var comparison = Only(Find(("dense", null, Dense), ("same", "dense", Dense)));

        Assert.That(comparison.Verdict, Is.EqualTo(Verdict.Equivalent));
        Assert.That(comparison.IsIdentical);
        Assert.That(comparison.StudentP, Is.Null);
    }

    [Test]
    public void Wide_differences_reach_no_verdict()
    {
        double[] scattered = [0.02, 0.08, 0.01, 0.09, 0.03, 0.05];

        Assert.That(Only(Find(("dense", null, Dense), ("scattered", "dense", scattered))).Obstacle, Is.EqualTo(VerdictObstacle.TooWide));
    }

    [Test]
    public void Without_a_margin_nothing_is_equivalent()
    {
        var input = SampleReports.Of(("dense", null, Dense), ("same", "dense", Dense)) with { EquivalenceMargin = null };

        var comparison = Only(ReportFindings.Of(input));

        Assert.That((comparison.Verdict, comparison.Obstacle), Is.EqualTo((Verdict.NotReached, VerdictObstacle.NoMargin)));
        Assert.That(comparison.EquivalenceP, Is.Null);
    }

    [Test]
    public void In_a_family_too_large_for_the_exact_test_Student_decides_after_the_correction()
    {
        var findings = Find(("dense", null, Dense), ("bad", "dense", Shifted(0.03)), ("fair", "dense", Shifted(0.001)));

        var bad = findings.Comparisons[0];
        Assert.That((bad.FamilySize, bad.DecidingTest, bad.Verdict), Is.EqualTo((2, DecidingTest.Student, Verdict.Worse)));
        Assert.That(bad.ExactPAdjusted, Is.EqualTo(0.0625));
        Assert.That(findings.Comparisons.Select(c => c.DecidingP), Is.EqualTo(Holm.Adjust([.. findings.Comparisons.Select(c => c.StudentP!.Value)])));
    }

    [Test]
    public void Comparisons_of_different_families_do_not_weaken_each_other()
    {
        var input = SampleReports.Of(("dense", null, Dense), ("a", "dense", Shifted(0.03)), ("b", "dense", Shifted(0.04)));

        var findings = ReportFindings.Of(input with { Cells = [.. input.Cells.Select(c => c with { Family = c.Name })] });

        Assert.That(findings.Comparisons.Select(c => (c.FamilySize, c.ExactPAdjusted)), Is.All.EqualTo((1, 0.03125)));
    }

    [Test]
    public void Only_seeds_that_succeeded_on_both_sides_pair()
    {
        var input = SampleReports.Of(("dense", null, Dense), ("pruned", "dense", Shifted(0.01)));
        var dense = input.Cells[0] with { Trials = input.Cells[0].Trials.SetItem(1, input.Cells[0].Trials[1] with { Outcome = TrialOutcome.Diverged }) };
        var pruned = input.Cells[1] with { Trials = input.Cells[1].Trials.SetItem(4, input.Cells[1].Trials[4] with { Metrics = [new("test/cer", double.NaN)] }) };

        var comparison = Only(ReportFindings.Of(input with { Cells = [dense, pruned] }));

        Assert.That(comparison.Seeds, Is.EqualTo(new long[] { 0, 2, 3, 5 }));
    }

    [Test]
    public void Cells_without_a_common_seed_are_named_and_not_compared()
    {
        var input = SampleReports.Of(("dense", null, Dense), ("other", "dense", Dense));
        var moved = input.Cells[1] with { Trials = [.. input.Cells[1].Trials.Select(t => t with { Seed = t.Seed + 100 })] };

        Assert.That(Only(ReportFindings.Of(input with { Cells = [input.Cells[0], moved] })).Obstacle, Is.EqualTo(VerdictObstacle.NoPairs));
    }

    [TestCase(0.95, 6)]
    [TestCase(0.9, 5)]
    [TestCase(0.99, 8)]
    public void The_pairs_needed_follow_from_the_confidence(double confidence, int expected) =>
        Assert.That(Comparisons.PairsNeeded(confidence), Is.EqualTo(expected));

    [Test]
    public void Ratios_say_how_much_smaller_and_how_much_longer()
    {
        var comparison = Only(ReportFindings.Of(SampleReports.TwoVariants()));

        Assert.That(comparison.NonzerosRatio, Is.EqualTo(52_300 / 5_450.0));
        Assert.That(comparison.FileRatio, Is.EqualTo(210_000.0 / (4 * 5_450 + 900)));
        Assert.That(comparison.TrainingRatio!.Mean, Is.EqualTo(1.0161).Within(0.0001));
    }

    [Test]
    public void Inputs_that_contradict_themselves_are_refused()
    {
        var input = SampleReports.TwoVariants();
        var cell = input.Cells[1];

        Assert.Multiple(() =>
        {
            AssertRefused(input with { Cells = [cell with { Control = "nobody" }] });
            AssertRefused(input with { Cells = [cell with { Control = cell.Name }] });
            AssertRefused(input with { Cells = [input.Cells[0], input.Cells[0]] });
            AssertRefused(input with { Cells = [input.Cells[0] with { Trials = [cell.Trials[0], cell.Trials[0]] }] });
            AssertRefused(input with { Cells = [input.Cells[0] with { MatchesNonzerosOf = "nobody" }] });
            AssertRefused(input with { Confidence = 95 });
            AssertRefused(input with { EquivalenceMargin = 0 });
        });
    }

    private static void AssertRefused(ReportInput input) =>
        Assert.That(() => ReportFindings.Of(input), Throws.ArgumentException);

    private static double[] Shifted(double by) => [.. Dense.Select((e, i) => e + by + 0.0005 * Math.Sin(i))];

    private static ReportFindings Find(params (string Name, string? Control, double[] Errors)[] cells) =>
        ReportFindings.Of(SampleReports.Of(cells));

    private static Comparison Only(ReportFindings findings) => findings.Comparisons.Single();
}
