using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using Orchestrator.Experiments.Reports.Charts;
using Orchestrator.Experiments.Reports.Files;
using Orchestrator.Experiments.Reports.Findings;
using Orchestrator.Experiments.Reports.Wording;

namespace Orchestrator.Experiments.Reports.Html;

/// <summary>Where the numbers come from and what they do not show.</summary>
internal static class RecordSections
{
    public static IEnumerable<Section> Of(ReportFindings findings)
    {
        var input = findings.Input;
        yield return Failures(input);
        yield return Trials(findings);
        yield return Configuration(input);
        yield return Data(input);
        yield return new Section("machine", "Machine", "Software and machine",
            Tag.Of("h3", "Software"), Table.OfFacts(input.Software), Tag.Of("h3", "Machine"), Table.OfFacts(input.Machine));
        yield return Limits(findings.Limits);
    }

    private static Section Failures(ReportInput input)
    {
        var lost = ReportWords.NotSucceeded(input);
        return new Section("failures", "Failures", "What failed and why",
            lost.IsEmpty
                ? Tag.Of("p", "Nothing: every trial succeeded.")
                : Table.Of(["Cell", "#Seed", "Outcome", "Reason", "Trial"], lost.Select(l => (object?[])
                    [l.Cell, l.Trial.Seed, OutcomeOf(l.Trial), Tag.Of("span.reason", l.Trial.Reason ?? ""), TrialLink(l.Trial)])));
    }

    private static Section Trials(ReportFindings findings)
    {
        var input = findings.Input;
        var format = MetricFormat.OfObjective(findings);
        string[] heads =
        [
            "Cell", "#Seed", "#" + ReportWords.Capitalized(input.Objective.Label), "#Nonzeros", "#Steps", "#Time", "#Attempts",
            "Outcome", "Trial",
        ];
        var rows = input.Cells.SelectMany((cell, i) => cell.Trials.Select(trial => (object?[])
        [
            Tag.Of("span.key " + SeriesStyle.Of(i), cell.Name),
            trial.Seed.ToString(CultureInfo.InvariantCulture),
            ObjectiveOf(trial),
            Keyed.Of(trial.Nonzeros, Numbers.Count(trial.Nonzeros)),
            Keyed.Of(trial.Steps, Numbers.Count(trial.Steps)),
            Keyed.Of(trial.TrainingSeconds, Numbers.Seconds(trial.TrainingSeconds)),
            Numbers.Count(trial.Attempts),
            OutcomeOf(trial),
            TrialLink(trial),
        ]));
        var count = input.Cells.Sum(c => c.Trials.Length);
        return new Section("trials", "Trials", "Every trial",
            Tag.Of("p.note", "Each number above is made of these. A trial's name leads to its folder in the run store."),
            Tag.Of("details", Tag.Of("summary", $"{count} {(count == 1 ? "trial" : "trials")}"), Table.Of(heads, rows)));

        object? ObjectiveOf(TrialResult trial)
        {
            var value = CellSummary.ValueOf(trial, input.Objective.Name);
            return Keyed.Of(value, format.Value(value));
        }
    }

    private static XElement OutcomeOf(TrialResult trial) =>
        Tag.Of(trial.Outcome is TrialOutcome.Succeeded ? "span" : "span.lost", ReportWords.Outcome(trial));

    private static XElement TrialLink(TrialResult trial) => trial.RunPath is { } path
        ? Tag.Of("a", Tag.With("href", RelativeLink.Of(path)), Tag.Of("code", trial.Id))
        : Tag.Of("code", trial.Id);

    private static Section Configuration(ReportInput input)
    {
        var table = ConfigurationTable.Of(input.Cells);
        return new Section("hyperparameters", "Settings", "Hyperparameters",
            table.Differing.IsEmpty ? null : Tag.Of("h3", "Where the cells differ"),
            table.Differing.IsEmpty ? null : Table.Of(
                ["Hyperparameter", .. input.Cells.Select(c => c.Name)],
                table.Differing.Select(row => (object?[])
                    [Tag.OfPath(row.Path), .. row.Values.Select(v => v ?? (object)Tag.Of("span.muted", Numbers.None))])),
            table.Common.IsEmpty ? null : Tag.Of("h3", input.Cells.Length > 1 ? "Common to all cells" : "All"),
            table.Common.IsEmpty ? null : Table.OfFacts(table.Common));
    }

    private static Section Data(ReportInput input) => new("data", "Data", input.DataSets.Length == 1 ? "Data set" : "Data sets",
        input.DataSets.SelectMany(data => new[] { Tag.Of("h3", data.Name), Table.OfFacts(data.Facts) }));

    private static Section Limits(ImmutableArray<Limit> limits) => new("limits", "Limits", "Limits",
        Tag.Of("p.note", "Found by rules in this data; a rule that does not apply says nothing."),
        limits.IsEmpty
            ? Tag.Of("p", "No rule found one.")
            : Tag.Of("ul.limits", limits.Select(l => Tag.Of("li", Tag.Of("b", l.Topic), Tag.Of("span", l.Text)))));
}
