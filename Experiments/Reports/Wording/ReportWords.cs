using System.Collections.Immutable;
using System.Globalization;

namespace Orchestrator.Experiments.Reports.Wording;

/// <summary>Sentences that more than one format prints.</summary>
internal static class ReportWords
{
    public static string Scope(ReportInput input)
    {
        var cells = input.Cells.Length;
        var trials = input.Cells.Sum(c => c.Trials.Length);
        return $"{cells} {(cells == 1 ? "cell" : "cells")}, {trials} {(trials == 1 ? "trial" : "trials")}";
    }

    public static string Capitalized(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";

    public static string Confidence(ReportInput input) => Numbers.Percent(input.Confidence, input.Confidence >= 0.995 ? 1 : 0);

    public static string CellNote(ReportInput input) =>
        $"Means over the seeds that succeeded, with Student's {Confidence(input)} interval. "
        + (input.Objective.Direction == MetricDirection.Minimize ? "Lower is better." : "Higher is better.");

    public static string DifferenceNote(ReportInput input, MetricFormat format)
    {
        var unit = format.UnitOfDifferences();
        return $"Cell minus control over pairs of equal seed{(unit.Length > 0 ? $", in {unit}" : "")}. "
            + $"Intervals ({Confidence(input)}) belong to the exact sign-flip test; "
            + "where the pairs are too few or too many for it, they are Student's and marked (t). "
            + (input.EquivalenceMargin is { } margin
                ? $"Margin of equivalence: {format.Amount(margin)}."
                : "No margin of equivalence was stated.");
    }

    public static string Outcome(TrialResult trial) => trial.Outcome switch
    {
        TrialOutcome.Succeeded => "succeeded",
        TrialOutcome.Diverged => "diverged",
        TrialOutcome.Failed => "failed",
        TrialOutcome.Stopped => "stopped early",
        _ => "not finished",
    };

    public static ImmutableArray<(string Cell, TrialResult Trial)> NotSucceeded(ReportInput input) =>
        [.. input.Cells.SelectMany(c => c.Trials.Where(t => t.Outcome != TrialOutcome.Succeeded).Select(t => (c.Name, t)))];
}
