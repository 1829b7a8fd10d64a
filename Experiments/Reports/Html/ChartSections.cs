using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using Orchestrator.Experiments.Reports.Charts;
using Orchestrator.Experiments.Reports.Findings;
using Orchestrator.Experiments.Reports.Wording;

namespace Orchestrator.Experiments.Reports.Html;

/// <summary>What is seen better than read: quality against size, curves, densities, files and time.</summary>
internal sealed class ChartSections
{
    private readonly ReportFindings _findings;
    private readonly ReportInput _input;
    private readonly MetricFormat _format;

    private ChartSections(ReportFindings findings)
    {
        _findings = findings;
        _input = findings.Input;
        _format = MetricFormat.OfObjective(findings);
    }

    public static IEnumerable<Section> Of(ReportFindings findings)
    {
        var sections = new ChartSections(findings);
        return new[] { sections.Pareto(), sections.Learning(), sections.Sparsity(), sections.Densities(), sections.Cost() }
            .OfType<Section>();
    }

    private Section? Pareto()
    {
        if (!_findings.Cells.Any(ParetoPlot.IsShown)) return null;

        return new Section("pareto", "Quality / size", "Quality against size",
            Tag.Of("p.note", "Full marks lie on the frontier: no other cell is both smaller and better. "
                + $"Bars are {ReportWords.Confidence(_input)} intervals over seeds."),
            Tag.Of("figure", Layout.Both(layout => ParetoPlot.Draw(_findings, _format, layout)), NumberedLegend()));
    }

    /// <summary>On a phone the marks carry numbers.</summary>
    private XElement NumberedLegend() => Tag.Of("ol.legend narrow-only", _findings.Cells
        .Select((c, i) => Tag.Of("li", Tag.Of("span.key " + SeriesStyle.Of(i), c.Name))));

    private Section? Learning()
    {
        var validation = Series(t => t.ValidationCurve);
        var loss = Series(t => t.TrainingLossCurve);
        if (validation.IsEmpty && loss.IsEmpty) return null;

        var metric = _input.ValidationMetric ?? _input.Objective with { Label = "validation " + _input.Objective.Label };
        var format = new MetricFormat(metric, 1);
        return new Section("learning", "Learning", "Learning curves",
            validation.IsEmpty ? null : Curves(validation, "epoch", format.AxisLabel, format.Tick, metric.Label),
            loss.IsEmpty ? null : Curves(loss, "epoch", "training loss", LossTick, "training loss"));
    }

    private object[] Curves(ImmutableArray<CurveSeries> series, string x, string y, Func<double, string> tick, string title)
    {
        var axes = CurveAxes.Of(x, y, tick, series);
        return
        [
            Tag.Of("h3", ReportWords.Capitalized(title)),
            Tag.Of("figure", Legend(series), Layout.Both(layout => CurvePlot.Means(series, axes, layout)),
                Tag.Of("figcaption", "Mean over seeds that succeeded.")),
            Tag.Of("details", Tag.Of("summary", $"{ReportWords.Capitalized(title)}, cell by cell"),
                Tag.Of("p.note", $"{ReportWords.Capitalized(y)}{(axes.IsLogarithmic ? ", log" : "")}, over {x}s: "
                    + "bold the mean, thin each seed."),
                Multiples(series, axes)),
        ];
    }

    private XElement Multiples(ImmutableArray<CurveSeries> series, CurveAxes axes) =>
        Tag.Of("div.multiples", series.Select(s =>
        {
            var control = _input.Cells[s.Index].Control is { } name ? series.FirstOrDefault(c => c.Name == name) : null;
            return Tag.Of("figure", CurvePlot.Single(s, control, axes).ToElement("single"),
                Tag.Of("figcaption", Tag.Of("span.key " + SeriesStyle.Of(s.Index), s.Name),
                    control is null ? null : Tag.Of("span.muted", $" · grey: mean of {control.Name}")));
        }));

    private Section? Sparsity()
    {
        var series = Series(t => t.SparsityCurve);
        if (series.IsEmpty) return null;

        var axes = CurveAxes.Of("optimizer step", "sparsity (%)", share => _percentTick(share), series);
        return new Section("sparsity", "Sparsity", "Sparsity while training",
            Tag.Of("p.note", "Share of zeros in the prunable matrices: bold the mean over seeds, thin each seed."),
            Tag.Of("figure", Legend(series), Layout.Both(layout => CurvePlot.Means(series, axes, layout, withSeeds: true))));
    }

    private readonly Func<double, string> _percentTick =
        share => Math.Round(100 * share, 6).ToString("0.###", CultureInfo.InvariantCulture);

    private Section? Densities()
    {
        var pruned = _findings.Cells.Select((c, i) => (Cell: c, Index: i))
            .Where(c => c.Cell.Densities.Any(d => d.Density < 1)).ToArray();
        if (pruned.Length == 0) return null;

        var names = pruned.SelectMany(c => c.Cell.Densities.Select(d => d.Name)).Distinct(StringComparer.Ordinal);
        return new Section("density", "Density", "Density per matrix",
            Tag.Of("p.note", "Share of entries that are not zero, mean over seeds. Cells without zeros are left out."),
            Table.Of(
                ["Matrix", .. pruned.Select(c => c.Cell.Name)],
                names.Select(name => (object?[])
                [
                    Tag.OfPath(name),
                    .. pruned.Select(c => DensityField(c.Cell.Densities.FirstOrDefault(d => d.Name == name), c.Index)),
                ]),
                "densities"));
    }

    private static object DensityField(MatrixDensity? density, int index) => density is null
        ? Numbers.None
        : new Keyed(density.Density, Tag.Of("div.measure " + SeriesStyle.Of(index),
            Tag.Of("b", Numbers.Percent(density.Density)), Tag.Of("small", $"{density.Rows}×{density.Columns}"), Bar(density.Density)));

    private Section Cost()
    {
        var largest = _findings.Cells.SelectMany(c => new[] { c.DenseFileBytes, c.CompressedFileBytes }).Max() ?? 0;
        var longest = _findings.Cells.Max(c => c.TrainingSeconds?.Mean) ?? 0;
        var ratios = _findings.Comparisons.ToDictionary(c => c.Cell, StringComparer.Ordinal);
        return new Section("cost", "Files, time", "Files and training time",
            Tag.Of("p.note", "Weights as files, mean over seeds. Time against the control is the geometric mean over pairs of equal seed"
                + ", with its interval."),
            Table.Of(
                ["Cell", "Dense file", "Compressed file", "#Against control", "Training", "#Against control", "#Steps"],
                _findings.Cells.Select(c => (object?[])
                [
                    c.Name,
                    BarField(c.DenseFileBytes, Numbers.Bytes(c.DenseFileBytes), largest),
                    BarField(c.CompressedFileBytes, Numbers.Bytes(c.CompressedFileBytes), largest),
                    ratios.GetValueOrDefault(c.Name)?.FileRatio is { } f ? Keyed.Of(f, FileWords(f)) : Numbers.None,
                    BarField(c.TrainingSeconds?.Mean, Numbers.Seconds(c.TrainingSeconds?.Mean), longest),
                    ratios.GetValueOrDefault(c.Name)?.TrainingRatio is { } t ? Keyed.Of(t.Mean, TimeWords(t)) : Numbers.None,
                    Keyed.Of(c.Steps, Numbers.Count(c.Steps)),
                ]),
                "measures"));
    }

    private static string FileWords(double ratio) =>
        ratio >= 1 ? $"{Numbers.Times(ratio)} smaller" : $"{Numbers.Times(1 / ratio)} as large";

    private static string TimeWords(Statistics.MeanInterval ratio) => ratio.Interval is { } i
        ? $"{Numbers.Times(ratio.Mean)} [{Numbers.Fixed(i.Low, 2)}, {Numbers.Fixed(i.High, 2)}]"
        : Numbers.Times(ratio.Mean);

    private static object BarField(double? value, string shown, double largest) => value is { } v
        ? new Keyed(v, Tag.Of("div.measure", Tag.Of("b", shown), Bar(largest > 0 ? v / largest : 0)))
        : Numbers.None;

    private static XElement Bar(double share) => Tag.Of("span.bar", Tag.Of("i",
        Tag.With("style", $"width:{(100 * Math.Clamp(share, 0, 1)).ToString("0.#", CultureInfo.InvariantCulture)}%")));

    private ImmutableArray<CurveSeries> Series(Func<TrialResult, ImmutableArray<CurvePoint>> curve) =>
        [.. _input.Cells.Select((cell, i) => CurveSeries.Of(cell, i, curve)).Where(s => !s.IsEmpty)];

    private static XElement Legend(ImmutableArray<CurveSeries> series) =>
        Tag.Of("ul.legend", series.Select(s => Tag.Of("li", Tag.Of("span.key " + SeriesStyle.Of(s.Index), s.Name))));

    private static string LossTick(double loss) => loss.ToString("0.####", CultureInfo.InvariantCulture);
}
