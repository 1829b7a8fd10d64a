using System.Xml.Linq;
using Orchestrator.Experiments.Reports.Charts;
using Orchestrator.Experiments.Reports.Findings;
using Orchestrator.Experiments.Reports.Wording;

namespace Orchestrator.Experiments.Reports.Html;

/// <summary>The answer, the cells and the differences.</summary>
internal sealed class ResultSections
{
    private readonly ReportFindings _findings;
    private readonly ReportInput _input;
    private readonly MetricFormat _format;

    private ResultSections(ReportFindings findings)
    {
        _findings = findings;
        _input = findings.Input;
        _format = MetricFormat.OfObjective(findings);
    }

    public static IEnumerable<Section> Of(ReportFindings findings)
    {
        var sections = new ResultSections(findings);
        yield return sections.Answer();
        yield return sections.Cells();
        if (findings.Comparisons.Any(c => c.Pairs > 0)) yield return sections.Differences();
    }

    private Section Answer() => new("answer", "Answer", "The answer",
        Tag.Of("p.summary", ComparisonWords.Summary(_findings.Comparisons)),
        ComparisonWords.Gain(_findings) is { } gain ? Tag.Of("p.gain", gain) : null,
        Tag.Of("div.cards", _findings.Comparisons.Select(Card)),
        _findings.Limits.IsEmpty ? null : Tag.Of("p.note", "Read it with its ",
            Tag.Of("a", Tag.With("href", "#limits"),
                _findings.Limits.Length == 1 ? "one limit" : $"{_findings.Limits.Length} limits"), "."));

    private XElement Card(Comparison comparison)
    {
        var style = VerdictStyle.Of(comparison.Verdict);
        return Tag.Of("article.card v-" + style,
            Tag.Of("div.card-head", Tag.Of("h3", comparison.Cell), Badge(comparison.Verdict)),
            comparison.Pairs == 0 ? null : Tag.Of("p.headline",
                Tag.Of("strong", _format.Difference(comparison.Difference)), " " + _format.UnitOfDifferences() + " ",
                Tag.Of("span", _format.DifferenceRange(comparison.Interval))),
            Tag.Of("p", ReportWords.Capitalized(ComparisonWords.Of(comparison, _input, _format).Sentence)));
    }

    private static XElement Badge(Verdict verdict) => Tag.Of("span.badge v-" + VerdictStyle.Of(verdict),
        Tag.Of("span", Tag.With("aria-hidden", "true"), VerdictStyle.Sign(verdict)),
        " " + (verdict == Verdict.NotReached ? "no verdict" : ComparisonWords.Name(verdict)));

    private Section Cells()
    {
        var others = _input.OtherMetrics.Select((_, i) => MetricFormat.OfOther(_findings, i)).ToArray();
        string[] heads =
        [
            "Cell", "#Seeds", "#" + ReportWords.Capitalized(_input.Objective.Label), "#Interval",
            .. others.Select(o => "#" + ReportWords.Capitalized(o.Metric.Label)),
            "#Parameters", "#Nonzeros", "#Planned",
        ];
        return new Section("cells", "Cells", "Every cell",
            Tag.Of("p.note", ReportWords.CellNote(_input)),
            Table.Of(heads, _findings.Cells.Select((c, i) => (object?[])
            [
                Tag.Of("span.key " + SeriesStyle.Of(i), c.Name),
                c.Succeeded.Length == c.Cell.Trials.Length ? $"{c.Succeeded.Length}" : $"{c.Succeeded.Length} of {c.Cell.Trials.Length}",
                Keyed.Of(c.Objective?.Mean, _format.Value(c.Objective?.Mean)),
                _format.Range(c.Objective?.Interval),
                .. others.Select((o, n) => Keyed.Of(c.Others[n]?.Mean, o.Value(c.Others[n]?.Mean))),
                Keyed.Of(c.Cell.Parameters, Numbers.Count(c.Cell.Parameters)),
                Keyed.Of(c.Nonzeros, Numbers.Count(c.Nonzeros)),
                Keyed.Of(c.Cell.NonzerosPlanned, Numbers.Count(c.Cell.NonzerosPlanned)),
            ])));
    }

    private Section Differences() => new("differences", "Differences", "Differences to the control",
        Tag.Of("p.note", ReportWords.DifferenceNote(_input, _format)),
        Tag.Of("figure", Layout.Both(layout => ForestPlot.Draw(_findings, _format, layout)),
            Tag.Of("figcaption", ForestCaption())),
        Table.Of(
            [
                "Cell", "Verdict", "#Pairs", "#Difference", "#Interval", "#BCa interval", "#Exact\u00a0p", "#Exact\u00a0p, Holm",
                "#Paired t\u00a0p, Holm", "#TOST\u00a0p, Holm", "#Wilcoxon\u00a0p",
            ],
            _findings.Comparisons.Where(c => c.Pairs > 0).Select(DifferenceRow)));

    private string ForestCaption() =>
        "Diamonds are mean differences, lines their intervals; an arrow means that the interval goes on."
        + (_input.EquivalenceMargin is { } margin ? $" The band is the margin of ±{_format.Amount(margin)}." : "");

    private object?[] DifferenceRow(Comparison c) =>
    [
        c.Cell,
        Badge(c.Verdict),
        $"{c.Pairs}",
        Keyed.Of(c.Difference, _format.Difference(c.Difference)),
        _format.DifferenceRange(c.Interval) + (c.IsIntervalExact || c.Interval is null ? "" : " (t)"),
        c.BcaInterval is null ? Numbers.None : _format.DifferenceRange(c.BcaInterval),
        Keyed.Of(c.ExactP, Numbers.P(c.ExactP)),
        Keyed.Of(c.ExactPAdjusted, Numbers.P(c.ExactPAdjusted)),
        c.DecidingTest == DecidingTest.Student ? Keyed.Of(c.DecidingP, Numbers.P(c.DecidingP)) : Numbers.None,
        Keyed.Of(c.EquivalencePAdjusted, c.EquivalencePAdjusted is { } e ? Numbers.P(e) : Numbers.None),
        Keyed.Of(c.WilcoxonP, c.WilcoxonP is { } w ? Numbers.P(w) : Numbers.None),
    ];
}
