using System.Collections.Immutable;
using System.Text;
using Orchestrator.Experiments.Reports.Findings;
using Orchestrator.Experiments.Reports.Wording;

namespace Orchestrator.Experiments.Reports.Files;

/// <summary>The report as GitHub-flavoured Markdown, for commits, issues and terminals; the charts are HTML's.</summary>
internal sealed class MarkdownReport
{
    private const string MarkdownSpecials = @"\`*_|~";

    private readonly ReportFindings _findings;
    private readonly ReportInput _input;
    private readonly MetricFormat _format;
    private readonly StringBuilder _text = new();

    private MarkdownReport(ReportFindings findings)
    {
        _findings = findings;
        _input = findings.Input;
        _format = MetricFormat.OfObjective(findings);
    }

    public static string Write(ReportFindings findings)
    {
        var report = new MarkdownReport(findings);
        report.Head();
        report.Answer();
        report.CellTable();
        report.Differences();
        report.Frontier();
        report.Densities();
        report.Cost();
        report.Failures();
        report.Trials();
        report.Configuration();
        report.DataSets();
        report.Facts("Software", report._input.Software);
        report.Facts("Machine", report._input.Machine);
        report.Limits();
        return report._text.ToString();
    }

    private void Head()
    {
        Line($"# {Escaped(_input.SweepName)}");
        Line();
        if (_input.Question is { } question) Paragraph($"*{Escaped(question)}*");
        string[] facts =
        [
            ReportWords.Scope(_input),
            .. _input.PlanHash is { } hash ? new[] { $"plan `{Code(hash)}`" } : [],
            .. _input.CreatedAt is { } at ? new[] { ReportWords.Time(at) } : [],
        ];
        Paragraph(string.Join(" · ", facts));
    }

    private void Answer()
    {
        Heading("Answer");
        Paragraph(Escaped(ComparisonWords.Summary(_findings.Comparisons)));
        if (ComparisonWords.Gain(_findings) is { } gain) Paragraph(Escaped(gain));
        foreach (var comparison in _findings.Comparisons)
            Line($"- **{Escaped(comparison.Cell)}**: {Escaped(ComparisonWords.Of(comparison, _input, _format).Sentence)}");
        if (!_findings.Comparisons.IsEmpty) Line();
    }

    private void CellTable()
    {
        Heading("Cells");
        Paragraph(Escaped(ReportWords.CellNote(_input)));
        var others = _input.OtherMetrics.Select((_, i) => MetricFormat.OfOther(_findings, i)).ToArray();
        Table(
            [
                "cell", "seeds", _input.Objective.Label, "interval", .. others.Select(o => o.Metric.Label),
                "parameters", "nonzeros", "planned",
            ],
            _findings.Cells.Select(c => (string[])
            [
                c.Name,
                $"{c.Succeeded.Length} of {c.Cell.Trials.Length}",
                _format.Value(c.Objective?.Mean),
                _format.Range(c.Objective?.Interval),
                .. others.Select((o, i) => o.Value(c.Others[i]?.Mean)),
                Numbers.Count(c.Cell.Parameters),
                Numbers.Count(c.Nonzeros),
                Numbers.Count(c.Cell.NonzerosPlanned),
            ]));
    }

    private void Differences()
    {
        if (_findings.Comparisons.IsEmpty) return;

        Heading("Differences to the control");
        Paragraph(Escaped(ReportWords.DifferenceNote(_input, _format)));
        Table(
            [
                "cell", "control", "verdict", "pairs", "difference", "interval", "BCa interval", "exact p", "exact p, Holm",
                "paired t p, Holm", "TOST p, Holm", "Wilcoxon p",
            ],
            _findings.Comparisons.Select(c => (string[])
            [
                c.Cell, c.Control, ComparisonWords.Name(c.Verdict), Numbers.Count(c.Pairs),
                .. c.Pairs == 0 ? Enumerable.Repeat(Numbers.None, 8) : DifferenceFigures(c),
            ]));
    }

    private IEnumerable<string> DifferenceFigures(Comparison c) =>
    [
        _format.Difference(c.Difference),
        _format.DifferenceRange(c.Interval) + (c.IsIntervalExact || c.Interval is null ? "" : " (t)"),
        c.BcaInterval is null ? Numbers.None : _format.DifferenceRange(c.BcaInterval),
        Numbers.P(c.ExactP),
        Numbers.P(c.ExactPAdjusted),
        c.DecidingTest == DecidingTest.Student ? Numbers.P(c.DecidingP) : Numbers.None,
        c.EquivalencePAdjusted is { } e ? Numbers.P(e) : Numbers.None,
        c.WilcoxonP is { } w ? Numbers.P(w) : Numbers.None,
    ];

    private void Frontier()
    {
        if (_findings.Frontier.IsEmpty) return;

        Heading("Quality against size");
        Paragraph("No other cell is both smaller and better than one of these, smallest first:");
        foreach (var cell in _findings.Frontier.Select(_findings.Cell))
            Line($"- {Escaped(cell.Name)}: {Numbers.Count(cell.Nonzeros)} nonzeros, {_format.Value(cell.Objective!.Mean)}");
        Line();
    }

    private void Densities()
    {
        CellSummary[] pruned = [.. _findings.Cells.Where(c => c.Densities.Any(d => d.Density < 1))];
        if (pruned.Length == 0) return;

        Heading("Density per matrix");
        Paragraph("Share of entries that are not zero, mean over seeds.");
        var names = pruned.SelectMany(c => c.Densities.Select(d => d.Name)).Distinct(StringComparer.Ordinal);
        Table(
            ["matrix", .. pruned.Select(c => c.Name)],
            names.Select(name => (string[])
            [
                name,
                .. pruned.Select(c => c.Densities.FirstOrDefault(d => d.Name == name) is { } d
                    ? $"{Numbers.Percent(d.Density)} of {d.Rows}×{d.Columns}"
                    : Numbers.None),
            ]));
    }

    private void Cost()
    {
        Heading("Files and training");
        Table(
            ["cell", "dense file", "compressed file", "training time", "steps"],
            _findings.Cells.Select(c => (string[])
            [
                c.Name, Numbers.Bytes(c.DenseFileBytes), Numbers.Bytes(c.CompressedFileBytes),
                Numbers.Seconds(c.TrainingSeconds?.Mean), Numbers.Count(c.Steps),
            ]));
    }

    private void Failures()
    {
        Heading("What failed and why");
        var lost = ReportWords.NotSucceeded(_input);
        if (lost.IsEmpty)
        {
            Paragraph("Nothing: every trial succeeded.");
            return;
        }
        Table(
            ["cell", "seed", "outcome", "reason", "trial"],
            lost.Select(l => (string[])
                [l.Cell, Plain(l.Trial.Seed), ReportWords.Outcome(l.Trial), l.Trial.Reason ?? "", l.Trial.Id]));
    }

    private void Trials()
    {
        Heading("Trials");
        Line($"| cell | seed | {Escaped(_input.Objective.Label)} | nonzeros | outcome | attempts | trial |");
        Line("|---|---|---|---|---|---|---|");
        foreach (var cell in _input.Cells)
        {
            foreach (var trial in cell.Trials)
            {
                var value = CellSummary.ValueOf(trial, _input.Objective.Name);
                Line($"| {Escaped(cell.Name)} | {Plain(trial.Seed)} | {_format.Value(value)} "
                    + $"| {Numbers.Count(trial.Nonzeros)} | {ReportWords.Outcome(trial)} | {Numbers.Count(trial.Attempts)} | {TrialLink(trial)} |");
            }
        }
        Line();
    }

    private static string TrialLink(TrialResult trial) =>
        trial.RunPath is { } path ? $"[{Escaped(trial.Id)}]({RelativeLink.Of(path)})" : Escaped(trial.Id);

    private void Configuration()
    {
        Heading("Hyperparameters");
        var table = ConfigurationTable.Of(_input.Cells);
        if (!table.Differing.IsEmpty)
        {
            Paragraph("Where the cells differ:");
            Table(
                ["hyperparameter", .. _input.Cells.Select(c => c.Name)],
                table.Differing.Select(r => (string[])[r.Path, .. r.Values.Select(v => v ?? Numbers.None)]));
        }
        if (table.Common.IsEmpty) return;

        Paragraph("Common to all cells:");
        Table(["hyperparameter", "value"], table.Common.Select(v => (string[])[v.Name, v.Value]));
    }

    private void DataSets()
    {
        foreach (var data in _input.DataSets) Facts($"Data set: {data.Name}", data.Facts);
    }

    private void Facts(string title, ImmutableArray<NamedValue> facts)
    {
        Heading(title);
        foreach (var fact in facts) Line($"- {Escaped(fact.Name)}: {Escaped(fact.Value)}");
        Line();
    }

    private void Limits()
    {
        Heading("Limits");
        if (_findings.Limits.IsEmpty) Paragraph("No rule of this report found one.");
        foreach (var limit in _findings.Limits) Line($"- **{Escaped(limit.Topic)}.** {Escaped(limit.Text)}");
    }

    private void Table(string[] head, IEnumerable<string[]> rows)
    {
        Row(head);
        Line("|" + string.Concat(Enumerable.Repeat("---|", head.Length)));
        foreach (var row in rows) Row(row);
        Line();
    }

    private void Row(string[] fields) => Line($"| {string.Join(" | ", fields.Select(Escaped))} |");

    private void Heading(string text)
    {
        Line($"## {Escaped(text)}");
        Line();
    }

    private void Paragraph(string text)
    {
        Line(text);
        Line();
    }

    private void Line(string text = "") => _text.Append(text).Append('\n');

    private static string Plain(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Code(string text) => text.Replace("`", "", StringComparison.Ordinal);

    /// <summary>
    /// Text that no Markdown reader takes for markup, HTML or the end of a table's field, and that stays readable as it
    /// is: intervals keep their brackets and `p &lt; 0.001` its sign, since neither can be markup where a blank follows.
    /// </summary>
    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var next = i + 1 < text.Length ? text[i + 1] : ' ';
            _ = c switch
            {
                '<' when !char.IsWhiteSpace(next) => escaped.Append("&lt;"),
                '&' when !char.IsWhiteSpace(next) => escaped.Append("&amp;"),
                ']' when next is '(' or '[' or ':' => escaped.Append("\\]"),
                _ when char.IsControl(c) => escaped.Append(' '),
                _ when MarkdownSpecials.Contains(c, StringComparison.Ordinal) => escaped.Append('\\').Append(c),
                _ => escaped.Append(c),
            };
        }
        return escaped.ToString();
    }
}
