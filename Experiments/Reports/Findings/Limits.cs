using System.Collections.Immutable;
using MathNet.Numerics.Distributions;
using Orchestrator.Experiments.Reports.Wording;
using Orchestrator.Experiments.Statistics;

namespace Orchestrator.Experiments.Reports.Findings;

/// <summary>One thing that the results do not show, with the numbers that say so.</summary>
internal sealed record Limit(string Topic, string Text);

/// <summary>
/// What limits the verdicts. Each rule looks at the data and says nothing where it does not apply: a limit that stood
/// in every report would be read in none.
/// </summary>
internal static class Limits
{
    /// <summary>Two cells are of equal size up to this share; beyond it quality and size are mixed up.</summary>
    public const double SizeTolerance = 0.02;

    private static readonly ImmutableArray<Func<Context, IEnumerable<Limit>>> Rules =
    [
        NoMargin, TooFewPairs, ExactTestOutOfReach, WideIntervals, NoComparison, NotSucceeded, LostPairs, SingleSeeds,
        Identical, Ceiling, SizesNotMatched, SparsityMissed, EmptyMatrices, UnequalSteps, UnequalTuning, Untuned,
        ManyGridPoints, SingleDataSet, Synthetic, SharedSpeakers, NoTimes, NoFiles,
    ];

    public static ImmutableArray<Limit> Of(
        ReportInput input, ImmutableArray<CellSummary> cells, ImmutableArray<Comparison> comparisons)
    {
        var format = MetricFormat.Of(input.Objective, cells.Select(c => c.Objective?.HalfWidth));
        var context = new Context(input, cells, comparisons, format);
        return
        [
            .. Rules.SelectMany(rule => rule(context)),
            .. input.Remarks.Select(remark => new Limit("Run", remark)),
        ];
    }

    private static IEnumerable<Limit> NoMargin(Context c)
    {
        if (c.Input.EquivalenceMargin is null && !c.Comparisons.IsEmpty)
        {
            yield return new Limit("Margin", "No margin of equivalence was stated: \"as good as\" cannot be concluded, only "
                + "\"better\" or \"worse\".");
        }
    }

    private static IEnumerable<Limit> TooFewPairs(Context c)
    {
        var needed = Comparisons.PairsNeeded(c.Input.Confidence);
        return c.Comparisons.Where(x => x.Pairs < needed).GroupBy(x => x.Pairs).OrderBy(g => g.Key).Select(group =>
            new Limit("Seeds", $"{Count(group.Key, "pair")} of equal seed: with so few the exact test cannot fall below "
                + $"p = {Numbers.P(SignFlipTest.SmallestTwoSidedP(group.Key))} whatever is measured. "
                + $"A verdict at {Numbers.Percent(c.Input.Confidence, 0)} needs {needed}. Concerns {Names(group.Select(x => x.Cell))}."));
    }

    private static IEnumerable<Limit> ExactTestOutOfReach(Context c)
    {
        var concerned = c.Comparisons.Where(x =>
            x.Pairs >= Comparisons.PairsNeeded(c.Input.Confidence) && x.DecidingTest == DecidingTest.Student);
        return concerned.GroupBy(x => (x.Pairs, x.FamilySize)).Select(group =>
        {
            var (pairs, size) = group.Key;
            var smallest = Math.Min(1, size * SignFlipTest.SmallestTwoSidedP(pairs));
            return new Limit("Seeds",
                $"{Count(pairs, "pair")} and {Count(size, "comparison")} in the family: after Holm's correction the exact "
                + $"test cannot fall below p = {Numbers.P(smallest)}. Better and worse are therefore decided by Student's "
                + "paired test after the correction, which assumes differences that are about normal, together with the "
                + $"exact test before it. {PairsForExact(c, size)} pairs would do without that assumption.");
        });
    }

    private static int PairsForExact(Context c, int familySize)
    {
        var pairs = 1;
        while (SignFlipTest.SmallestTwoSidedP(pairs) * familySize > Comparisons.LevelOf(c.Input.Confidence)) pairs++;
        return pairs;
    }

    private static IEnumerable<Limit> WideIntervals(Context c)
    {
        if (c.Input.EquivalenceMargin is not { } margin) yield break;

        foreach (var x in c.Comparisons)
        {
            if (x is { Obstacle: VerdictObstacle.TooWide, Interval: { } interval } && interval.Width / 2 > margin)
            {
                var reach = c.Format.Amount(Math.Round(interval.Width / 2, 5));
                yield return new Limit("Precision",
                    $"{x.Cell}: the interval of the difference reaches {reach} to either side, more than the margin of "
                    + $"{c.Format.Amount(margin)}. With this spread about "
                    + $"{PairsForEquivalence(x, margin, c.Input.Confidence)} pairs would be needed to show equivalence nine "
                    + "times in ten if there were no difference at all.");
            }
        }
    }

    /// <summary>
    /// Two one-sided tests at level α have power 0.9 at a true difference of zero when n ≈ ((z₁₋α + z₀.₉₅)·σ/margin)²
    /// (Chow, Shao and Wang); at least as many as any verdict needs.
    /// </summary>
    private static int PairsForEquivalence(Comparison comparison, double margin, double confidence)
    {
        var z = Normal.InvCDF(0, 1, confidence) + Normal.InvCDF(0, 1, 0.95);
        var pairs = (int)Math.Ceiling(Math.Pow(z * comparison.Deviation / margin, 2));
        return Math.Max(Comparisons.PairsNeeded(confidence), pairs);
    }

    private static IEnumerable<Limit> NoComparison(Context c)
    {
        if (c.Comparisons.IsEmpty)
            yield return new Limit("Comparison", "No cell has a control: this report describes and does not compare.");
    }

    private static IEnumerable<Limit> NotSucceeded(Context c)
    {
        var lost = c.Cells.SelectMany(cell => cell.Cell.Trials.Where(t => t.Outcome != TrialOutcome.Succeeded)
            .Select(t => (cell.Name, t.Outcome)));
        return lost.GroupBy(t => t.Outcome).OrderBy(g => g.Key).Select(group => new Limit("Trials",
            $"{Count(group.Count(), "trial")} {OutcomeInWords(group.Key, group.Count())} and "
            + $"{(group.Count() == 1 ? "is" : "are")} left out of means and comparisons: "
            + string.Join(", ", group.GroupBy(t => t.Name).Select(g => $"{g.Key} ({g.Count()})"))
            + (group.Key == TrialOutcome.Diverged ? ". What remains is therefore the better part of these cells." : ".")));
    }

    private static string OutcomeInWords(TrialOutcome outcome, int count) => outcome switch
    {
        TrialOutcome.Diverged => "diverged",
        TrialOutcome.Failed => "failed",
        TrialOutcome.Stopped => count == 1 ? "was stopped early" : "were stopped early",
        TrialOutcome.Pending => count == 1 ? "is not finished" : "are not finished",
        _ => "succeeded",
    };

    private static IEnumerable<Limit> LostPairs(Context c) =>
        from x in c.Comparisons
        let seeds = c.Cell(x.Cell).Cell.Trials.Select(t => t.Seed)
        let unpaired = seeds.Except(c.Cell(x.Control).Cell.Trials.Select(t => t.Seed)).Count()
        where unpaired > 0
        select new Limit("Pairs", $"{x.Cell}: {Count(unpaired, "seed")} without a counterpart in {x.Control}, left out of the comparison.");

    private static IEnumerable<Limit> SingleSeeds(Context c)
    {
        string[] single = [.. c.Cells.Where(cell => cell.Succeeded.Length == 1).Select(cell => cell.Name)];
        if (single.Length > 0)
            yield return new Limit("Seeds", $"One successful seed says nothing of the spread: {Names(single)}.");
    }

    private static IEnumerable<Limit> Identical(Context c) =>
        c.Comparisons.Where(x => x is { IsIdentical: true, Pairs: > 1 }).Select(x => new Limit("Suspicion",
            $"{x.Cell} and {x.Control} gave the same {c.Input.Objective.Label} at every seed: does the change between them "
            + "reach the training?"));

    private static IEnumerable<Limit> Ceiling(Context c)
    {
        if (c.Input.Objective.Unit != MetricUnit.Fraction) yield break;

        var best = c.Input.Objective.Direction == MetricDirection.Minimize ? 0.0 : 1.0;
        string[] perfect = [.. c.Cells.Where(cell => cell.Objective?.Mean == best).Select(cell => cell.Name)];
        if (perfect.Length > 1)
        {
            yield return new Limit("Task", $"{Names(perfect)} reach the best possible {c.Input.Objective.Label} at every "
                + "seed: the task is too easy to tell them apart.");
        }
    }

    private static IEnumerable<Limit> SizesNotMatched(Context c) =>
        from cell in c.Cells
        where cell.Cell.MatchesNonzerosOf is not null && cell.Nonzeros > 0
        let other = c.Cell(cell.Cell.MatchesNonzerosOf!)
        where other.Nonzeros > 0
        let excess = cell.Nonzeros!.Value / other.Nonzeros!.Value - 1
        where Math.Abs(excess) > SizeTolerance
        select new Limit("Size", $"{cell.Name} was meant to have as many nonzero weights as {other.Name} and has {Excess(excess)} "
            + $"({Numbers.Count(cell.Nonzeros)} against {Numbers.Count(other.Nonzeros)}): part of a difference between them may be size.");

    private static IEnumerable<Limit> SparsityMissed(Context c) =>
        from cell in c.Cells
        where cell.Cell.NonzerosPlanned > 0 && cell.Nonzeros > 0
        let excess = cell.Nonzeros!.Value / cell.Cell.NonzerosPlanned!.Value - 1
        where Math.Abs(excess) > SizeTolerance
        select new Limit("Size", $"{cell.Name} was planned with {Numbers.Count(cell.Cell.NonzerosPlanned)} nonzero weights and "
            + $"reached {Numbers.Count(cell.Nonzeros)} ({Excess(excess)}).");

    private static string Excess(double share) => $"{Numbers.Percent(Math.Abs(share))} {(share > 0 ? "more" : "fewer")}";

    private static IEnumerable<Limit> EmptyMatrices(Context c) =>
        from cell in c.Cells
        from matrix in cell.Succeeded.SelectMany(t => t.Densities).Where(d => d.Density <= 0).GroupBy(d => d.Name)
        select new Limit("Collapse", $"{cell.Name}: matrix {matrix.Key} lost all its weights in {matrix.Count()} of "
            + $"{Count(cell.Succeeded.Length, "trial")}.");

    private static IEnumerable<Limit> UnequalSteps(Context c) =>
        from x in c.Comparisons
        let steps = c.Cell(x.Cell).Steps
        let control = c.Cell(x.Control).Steps
        where steps > 0 && control > 0 && Math.Abs(steps.Value / control.Value - 1) > SizeTolerance
        select new Limit("Training", $"{x.Cell} trained for {Numbers.Count(steps)} steps, {x.Control} for "
            + $"{Numbers.Count(control)}: they did not get the same training.");

    private static IEnumerable<Limit> UnequalTuning(Context c)
    {
        (string Variant, int Settings)[] settings = Settings(c);
        if (settings.Select(s => s.Settings).Distinct().Count() > 1)
        {
            yield return new Limit("Tuning", "The variants were tried at different numbers of settings: "
                + string.Join(", ", settings.Select(s => $"{s.Variant} {s.Settings}")) + ". More settings mean a better best.");
        }
    }

    private static IEnumerable<Limit> Untuned(Context c)
    {
        if (c.Cells.Length > 1 && Settings(c).All(s => s.Settings == 1) && !c.Comparisons.IsEmpty)
        {
            yield return new Limit("Tuning", "Each variant ran at one setting of its hyperparameters: a variant that would need "
                + "another learning rate or schedule is judged below its best.");
        }
    }

    private static IEnumerable<Limit> ManyGridPoints(Context c)
    {
        if (Settings(c).Any(s => s.Settings > 1))
        {
            yield return new Limit("Selection", "Several settings per variant were measured on the same test data: whoever "
                + "picks a variant's best one from this table overstates it.");
        }
    }

    private static (string Variant, int Settings)[] Settings(Context c) =>
        [.. c.Cells.GroupBy(cell => cell.Cell.Variant, StringComparer.Ordinal).Select(g => (g.Key, g.Count()))];

    private static IEnumerable<Limit> SingleDataSet(Context c)
    {
        if (c.Input.DataSets.Length == 1)
        {
            yield return new Limit("Data", $"One data set, {c.Input.DataSets[0].Name}: nothing here says that another task "
                + "would rank the cells in the same way.");
        }
    }

    private static IEnumerable<Limit> Synthetic(Context c) =>
        c.Input.DataSets.Where(d => d.IsSynthetic).Select(d => new Limit(
            "Data", $"{d.Name} is generated by code: results on recordings may differ."));

    private static IEnumerable<Limit> SharedSpeakers(Context c) =>
        c.Input.DataSets.Where(d => d.SharesSpeakers == true).Select(d => new Limit("Data",
            $"The speakers of {d.Name}'s test part are heard in training too: the error says nothing of new voices."));

    private static IEnumerable<Limit> NoTimes(Context c)
    {
        if (c.Cells.All(cell => cell.TrainingSeconds is null) && c.Cells.Any(cell => !cell.Succeeded.IsEmpty))
            yield return new Limit("Time", "Training times are left out of this report.");
    }

    private static IEnumerable<Limit> NoFiles(Context c)
    {
        string[] without = [.. c.Cells.Where(x => x.FileBytes is null && !x.Succeeded.IsEmpty).Select(x => x.Name)];
        if (without.Length > 0) yield return new Limit("Files", $"No weights file was measured for {Names(without)}.");
    }

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static string Names(IEnumerable<string> names) => string.Join(", ", names);

    private sealed record Context(
        ReportInput Input, ImmutableArray<CellSummary> Cells, ImmutableArray<Comparison> Comparisons, MetricFormat Format)
    {
        public CellSummary Cell(string name) => Cells.First(cell => cell.Name == name);
    }
}
