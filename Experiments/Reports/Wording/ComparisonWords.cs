using System.Collections.Immutable;
using Orchestrator.Experiments.Reports.Findings;

namespace Orchestrator.Experiments.Reports.Wording;

/// <summary>A comparison as clauses of one sentence; a clause is empty where its figures are missing.</summary>
internal sealed record ComparisonWords(string Quality, string Difference, string Verdict, string Size, string Cost)
{
    /// <summary>Ratios this close to 1 are read as "the same".</summary>
    private const double SameRatio = 0.005;

    /// <summary>Without the cell's name, which each format sets off in its own way.</summary>
    public string Sentence =>
        string.Join("; ", new[] { Quality, Difference, Verdict, Size, Cost }.Where(clause => clause.Length > 0)) + ".";

    public static ComparisonWords Of(Comparison comparison, ReportInput input, MetricFormat format)
    {
        if (comparison.Pairs == 0)
            return new ComparisonWords("", "", VerdictOf(comparison, input, format), SizeOf(comparison), CostOf(comparison));

        return new ComparisonWords(
            $"{input.Objective.Label} {format.Value(comparison.CellMean)} against {format.Value(comparison.ControlMean)} "
                + $"({comparison.Control})",
            DifferenceOf(comparison, format),
            VerdictOf(comparison, input, format),
            SizeOf(comparison),
            CostOf(comparison));
    }

    private static string DifferenceOf(Comparison comparison, MetricFormat format)
    {
        var unit = format.UnitOfDifferences();
        return $"difference {format.Difference(comparison.Difference)}{(unit.Length > 0 ? " " + unit : "")} "
            + format.DifferenceRange(comparison.Interval);
    }

    /// <summary>How all comparisons ended, in one sentence.</summary>
    public static string Summary(ImmutableArray<Comparison> comparisons)
    {
        if (comparisons.IsEmpty) return "Nothing was compared: no cell has a control.";

        var counts = comparisons.GroupBy(c => c.Verdict).OrderBy(g => g.Key).Select(g => $"{g.Count()} {Name(g.Key)}");
        var noun = comparisons.Length == 1 ? "comparison" : "comparisons";
        return $"{comparisons.Length} {noun}: {string.Join(", ", counts)}.";
    }

    /// <summary>The smallest cell that is no worse, if a verdict says so and it is smaller than its control.</summary>
    public static string? Gain(ReportFindings findings)
    {
        var smallest = findings.Comparisons
            .Where(c => c.Verdict is Findings.Verdict.Equivalent or Findings.Verdict.Better && c.NonzerosRatio > 1 + SameRatio)
            .MaxBy(c => c.NonzerosRatio);
        return smallest is null ? null
            : $"Smallest without loss: {smallest.Cell}, with {Numbers.Times(smallest.NonzerosRatio!.Value)} fewer weights than {smallest.Control}"
                + (smallest.FileRatio > 1 + SameRatio ? $" and a {Numbers.Times(smallest.FileRatio.Value)} smaller file." : ".");
    }

    public static string Name(Verdict verdict) => verdict switch
    {
        Findings.Verdict.Better => "better",
        Findings.Verdict.Worse => "worse",
        Findings.Verdict.Equivalent => "equivalent",
        _ => "without verdict",
    };

    /// <summary>Which test gave the p that decides, as a note beside it.</summary>
    public static string DecidingP(Comparison comparison)
    {
        var corrected = comparison.FamilySize > 1 ? " after Holm" : "";
        return comparison.DecidingTest == DecidingTest.Exact
            ? $"exact test, {Numbers.PEquals(comparison.DecidingP)}{corrected}"
            : $"paired t, {Numbers.PEquals(comparison.DecidingP)}{corrected}; exact test alone {Numbers.PEquals(comparison.ExactP)}";
    }

    private static string VerdictOf(Comparison comparison, ReportInput input, MetricFormat format) => comparison.Verdict switch
    {
        Findings.Verdict.Equivalent => EquivalentWords(comparison, input, format),
        Findings.Verdict.Better or Findings.Verdict.Worse => $"{Name(comparison.Verdict)} ({DecidingP(comparison)})",
        _ => "no verdict: " + ObstacleWords(comparison, input, format),
    };

    private static string EquivalentWords(Comparison comparison, ReportInput input, MetricFormat format)
    {
        var isBetter = comparison.Difference < 0 == (input.Objective.Direction == MetricDirection.Minimize);
        var measurable = comparison.IsDifferenceShown
            ? $", though measurably {(isBetter ? "better" : "worse")} ({DecidingP(comparison)})"
            : "";
        return $"equivalent within {format.Amount(input.EquivalenceMargin!.Value)} ({EquivalenceP(comparison)}){measurable}";
    }

    private static string EquivalenceP(Comparison comparison) =>
        $"TOST {Numbers.PEquals(comparison.EquivalencePAdjusted!.Value)}{(comparison.FamilySize > 1 ? " after Holm" : "")}";

    private static string ObstacleWords(Comparison comparison, ReportInput input, MetricFormat format) => comparison.Obstacle switch
    {
        VerdictObstacle.NoPairs => $"no seed succeeded both here and in {comparison.Control}",
        VerdictObstacle.TooFewPairs => $"{comparison.Pairs} {(comparison.Pairs == 1 ? "pair is" : "pairs are")} too few, "
            + $"{Comparisons.PairsNeeded(input.Confidence)} are needed",
        VerdictObstacle.NoMargin => $"no difference shown ({DecidingP(comparison)}), and no margin stated within which it "
            + "would not matter",
        _ => $"neither a difference ({DecidingP(comparison)}) nor equivalence within "
            + $"{format.Amount(input.EquivalenceMargin ?? 0)} ({EquivalenceP(comparison)}) is shown",
    };

    private static string SizeOf(Comparison comparison)
    {
        var weights = comparison.NonzerosRatio switch
        {
            null => "",
            > 1 + SameRatio => $"{Numbers.Times(comparison.NonzerosRatio.Value)} fewer weights",
            < 1 - SameRatio => $"{Numbers.Times(1 / comparison.NonzerosRatio.Value)} as many weights",
            _ => "as many weights",
        };
        var file = comparison.FileRatio switch
        {
            null => "",
            > 1 + SameRatio => $"file {Numbers.Times(comparison.FileRatio.Value)} smaller",
            < 1 - SameRatio => $"file {Numbers.Times(1 / comparison.FileRatio.Value)} as large",
            _ => "file as large",
        };
        return string.Join(", ", new[] { weights, file }.Where(part => part.Length > 0));
    }

    private static string CostOf(Comparison comparison) =>
        comparison.TrainingRatio is { } ratio ? $"training took {Numbers.Times(ratio.Mean)} as long" : "";
}
