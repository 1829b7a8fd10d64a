using System.Collections.Immutable;
using Orchestrator.Experiments.Statistics;

namespace Orchestrator.Experiments.Reports.Findings;

/// <summary>
/// Compares every cell that has a control with it and decides. The rule depends on the numbers of pairs and of
/// comparisons alone, never on what was measured, so that it could have been written down before the run:
/// <list type="number">
/// <item>fewer pairs than make the exact test significant at best (6 at 95 %): no verdict;</item>
/// <item>equivalent where both one-sided tests against the margin pass (Student's; sign flips where the differences
/// do not vary), after Holm's correction over the family;</item>
/// <item>better or worse where the exact sign-flip test passes after Holm's correction, or, where it never could
/// (2/2ⁿ · family size above the level), where Student's paired test does and the exact one passes before it;</item>
/// <item>no verdict otherwise.</item>
/// </list>
/// </summary>
internal static class Comparisons
{
    /// <summary>Of Monte Carlo signs beyond 20 pairs: fixed, so that a report is a function of its input.</summary>
    private const ulong ResamplingSeed = 20_170_416;

    public static ImmutableArray<Comparison> Of(ReportInput input, ImmutableArray<CellSummary> cells)
    {
        var byName = cells.ToDictionary(c => c.Name, StringComparer.Ordinal);
        ImmutableArray<Comparison> measured =
            [.. cells.Where(c => c.Cell.Control is not null).Select(c => Measure(input, c, byName[c.Cell.Control!]))];
        var families = measured.GroupBy(c => c.Family, StringComparer.Ordinal).SelectMany(f => Correct(input, [.. f]));
        var decided = families.Select(c => Decide(input, c)).ToDictionary(c => c.Cell, StringComparer.Ordinal);
        return [.. measured.Select(c => decided[c.Cell])];
    }

    /// <summary>The fewest pairs with which the exact test can reach the level: 6 at 95 %.</summary>
    public static int PairsNeeded(double confidence)
    {
        var pairs = 1;
        while (SignFlipTest.SmallestTwoSidedP(pairs) > LevelOf(confidence)) pairs++;
        return pairs;
    }

    /// <summary>1 − confidence, free of the rounding that would turn 1 − 0.95 into 0.05 and a bit.</summary>
    public static double LevelOf(double confidence) => Math.Round(1 - confidence, 12);

    private static Comparison Measure(ReportInput input, CellSummary cell, CellSummary control)
    {
        var sample = PairedSample.OfEqualSeeds(Objectives(input, control), Objectives(input, cell));
        var bare = new Comparison
        {
            Cell = cell.Name,
            Control = control.Name,
            Family = cell.Cell.Family,
            Seeds = sample.Seeds,
            NonzerosRatio = Ratio(control.Nonzeros, cell.Nonzeros),
            FileRatio = Ratio(control.FileBytes, cell.FileBytes),
            TrainingRatio = TrainingRatio(cell, control, input.Confidence),
        };
        return sample.Count == 0 ? bare : Test(input, bare, sample);
    }

    private static Comparison Test(ReportInput input, Comparison bare, PairedSample sample)
    {
        var student = PairedT.Run(sample, input.Confidence);
        var exactInterval = SignFlipInterval.Of(sample, input.Confidence);
        return bare with
        {
            CellMean = sample.B.Average(),
            ControlMean = sample.A.Average(),
            Difference = sample.Mean,
            Interval = exactInterval ?? student?.Interval,
            IsIntervalExact = exactInterval is not null,
            StudentInterval = student?.Interval,
            BcaInterval = BcaBootstrap.Run(sample, input.Confidence, ResamplingSeed)?.Interval,
            IsIdentical = sample.Differences.All(d => d == 0),
            ExactP = SignFlipTest.Run(sample, ResamplingSeed).TwoSided,
            StudentP = student?.TwoSided,
            WilcoxonP = WilcoxonSignedRank.Run(sample)?.TwoSided,
            EquivalenceP = input.EquivalenceMargin is { } margin ? EquivalenceP(sample, margin) : null,
            Deviation = MeanInterval.Of(sample.Differences)!.StandardDeviation,
        };
    }

    private static double EquivalenceP(PairedSample sample, double margin) =>
        (EquivalenceTest.ByStudent(sample, margin) ?? EquivalenceTest.BySignFlips(sample, margin, ResamplingSeed)).P;

    private static IEnumerable<Comparison> Correct(ReportInput input, Comparison[] family)
    {
        Comparison[] tested = [.. family.Where(c => c.Pairs > 0).Select(c => c with
        {
            FamilySize = family.Count(other => other.Pairs > 0),
        })];
        tested = [.. tested.Select(c => c with { DecidingTest = DecidingTestOf(c, LevelOf(input.Confidence)) })];
        var exact = Holm.Adjust([.. tested.Select(c => c.ExactP)]);
        var deciding = Holm.Adjust([.. tested.Select(RawDecidingP)]);
        var equivalence = Holm.Adjust([.. tested.Select(c => c.EquivalenceP ?? 1)]);
        return tested
            .Select((c, i) => c with
            {
                ExactPAdjusted = exact[i],
                DecidingP = deciding[i],
                EquivalencePAdjusted = c.EquivalenceP is null ? null : equivalence[i],
            })
            .Concat(family.Where(c => c.Pairs == 0));
    }

    private static DecidingTest DecidingTestOf(Comparison comparison, double level) =>
        SignFlipTest.SmallestTwoSidedP(comparison.Pairs) * comparison.FamilySize <= level
            ? DecidingTest.Exact
            : DecidingTest.Student;

    /// <summary>Student's t is undefined where the differences do not vary; the exact test is not.</summary>
    private static double RawDecidingP(Comparison comparison) =>
        comparison.DecidingTest == DecidingTest.Exact ? comparison.ExactP : comparison.StudentP ?? comparison.ExactP;

    private static Comparison Decide(ReportInput input, Comparison comparison)
    {
        if (comparison.Pairs == 0) return comparison with { Obstacle = VerdictObstacle.NoPairs };
        if (comparison.Pairs < PairsNeeded(input.Confidence))
            return comparison with { Obstacle = VerdictObstacle.TooFewPairs };

        var level = LevelOf(input.Confidence);
        var isShown = comparison.DecidingP <= level && comparison.ExactP <= level;
        var decided = comparison with { IsDifferenceShown = isShown };
        if (comparison.EquivalencePAdjusted <= level) return decided with { Verdict = Verdict.Equivalent };
        if (isShown) return decided with { Verdict = IsBetter(input, comparison) ? Verdict.Better : Verdict.Worse };

        return decided with
        {
            Obstacle = input.EquivalenceMargin is null ? VerdictObstacle.NoMargin : VerdictObstacle.TooWide,
        };
    }

    private static bool IsBetter(ReportInput input, Comparison comparison) =>
        comparison.Difference < 0 == (input.Objective.Direction == MetricDirection.Minimize);

    private static Dictionary<long, double> Objectives(ReportInput input, CellSummary cell) =>
        cell.Succeeded
            .Select(t => (t.Seed, Value: CellSummary.ValueOf(t, input.Objective.Name)))
            .Where(t => t.Value is not null)
            .ToDictionary(t => t.Seed, t => t.Value!.Value);

    private static MeanInterval? TrainingRatio(CellSummary cell, CellSummary control, double confidence)
    {
        var before = control.Succeeded.Where(t => t.TrainingSeconds > 0).ToDictionary(t => t.Seed, t => t.TrainingSeconds!.Value);
        double[] ratios =
        [
            .. cell.Succeeded
                .Where(t => t.TrainingSeconds > 0 && before.ContainsKey(t.Seed))
                .Select(t => t.TrainingSeconds!.Value / before[t.Seed]),
        ];
        return GeometricMean.Of(ratios, confidence);
    }

    private static double? Ratio(double? control, double? cell) => control > 0 && cell > 0 ? control / cell : null;
}
