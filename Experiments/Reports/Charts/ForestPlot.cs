using Orchestrator.Experiments.Reports.Findings;
using Orchestrator.Experiments.Reports.Wording;

namespace Orchestrator.Experiments.Reports.Charts;

/// <summary>Differences to the control with their intervals, one row each, around zero and the margin of equivalence.</summary>
internal sealed class ForestPlot
{
    private const double AxisHeight = 46;

    /// <summary>An interval of two pairs can be a hundred times as wide as all others: it is cut here, with an arrow.</summary>
    private const double CutFactor = 5;

    private readonly ReportFindings _findings;
    private readonly MetricFormat _format;
    private readonly Layout _layout;
    private readonly Comparison[] _rows;
    private readonly Canvas _canvas;
    private readonly Scale _x;
    private readonly double _cut;
    private readonly double _left;
    private readonly double _right;
    private readonly double _bottom;

    private ForestPlot(ReportFindings findings, MetricFormat format, Layout layout)
    {
        (_findings, _format, _layout) = (findings, format, layout);
        _rows = [.. findings.Comparisons.Where(c => c.Pairs > 0)];
        (_left, _right) = layout.IsNarrow ? (12, layout.Width - 12) : (236, layout.Width - 200);
        _bottom = 28 + _rows.Length * RowHeight;
        _canvas = new Canvas(layout.Width, _bottom + AxisHeight, "Differences to the control with intervals");
        _cut = CutFactor * _rows.Select(c => Math.Abs(c.Difference))
            .Append(findings.Input.EquivalenceMargin ?? 0).Append(1e-9).Max();
        _x = Scale.Linear(Extent(), _left, _right);
    }

    private double RowHeight => _layout.IsNarrow ? 64 : 46;

    public static Canvas Draw(ReportFindings findings, MetricFormat format, Layout layout)
    {
        var plot = new ForestPlot(findings, format, layout);
        plot.Ground();
        for (var row = 0; row < plot._rows.Length; row++) plot.Row(plot._rows[row], 28 + row * plot.RowHeight);
        return plot._canvas;
    }

    private IEnumerable<double> Extent()
    {
        var margin = 1.15 * (_findings.Input.EquivalenceMargin ?? 0);
        return _rows.SelectMany(c => new[] { Cut(c.Interval?.Low ?? c.Difference), Cut(c.Interval?.High ?? c.Difference) })
            .Append(0).Append(-margin).Append(margin);
    }

    private double Cut(double value) => Math.Clamp(value, -_cut, _cut);

    private void Ground()
    {
        if (_findings.Input.EquivalenceMargin is { } margin)
        {
            var width = _x.At(margin) - _x.At(-margin);
            _canvas.Rectangle(_x.At(-margin), 24, width, _bottom - 24, "band", $"Margin: ±{_format.Amount(margin)}");
        }
        foreach (var tick in _x.Ticks(_layout.IsNarrow ? 5 : 7))
        {
            _canvas.Line(_x.At(tick), 24, _x.At(tick), _bottom, "grid");
            _canvas.Text(_x.At(tick), _bottom + 18, (tick > 1e-12 ? "+" : "") + _format.Tick(tick), "tick", "middle");
        }
        _canvas.Line(_x.At(0), 24, _x.At(0), _bottom, "zero");
        var minimizes = _findings.Input.Objective.Direction == MetricDirection.Minimize;
        _canvas.Text(_left, 14, minimizes ? "← better" : "← worse", "hint");
        _canvas.Text(_right, 14, minimizes ? "worse →" : "better →", "hint", "end");
        var unit = _format.UnitOfDifferences();
        _canvas.Text((_left + _right) / 2, _bottom + 38, "difference" + (unit.Length > 0 ? $" in {unit}" : ""), "axis", "middle");
    }

    private void Row(Comparison comparison, double top)
    {
        var figures = $"{_format.Difference(comparison.Difference)} {_format.DifferenceRange(comparison.Interval)}";
        var style = "v-" + VerdictStyle.Of(comparison.Verdict);
        if (_layout.IsNarrow) NarrowLabels(comparison, $"{VerdictStyle.Sign(comparison.Verdict)} {figures}", top, style);
        else WideLabels(comparison, figures, top, style);
        Mark(comparison, figures, _layout.IsNarrow ? top + 46 : top + RowHeight / 2, style);
    }

    private void NarrowLabels(Comparison comparison, string figures, double top, string style)
    {
        var available = _right - _left - Canvas.TextWidth(figures, Layout.FontSize) - 10;
        _canvas.Text(_left, top + 22, Canvas.Fit(comparison.Cell, available, Layout.FontSize), "label");
        _canvas.Text(_right, top + 22, figures, "figure " + style, "end");
    }

    private void WideLabels(Comparison comparison, string figures, double top, string style)
    {
        var middle = top + RowHeight / 2;
        _canvas.Text(0, middle - 3, Canvas.Fit(comparison.Cell, _left - 16, Layout.FontSize), "label");
        _canvas.Text(0, middle + 14, Canvas.Fit($"against {comparison.Control}", _left - 16, 12), "note");
        _canvas.Text(_layout.Width, middle - 3, figures, "figure", "end");
        var verdict = $"{ComparisonWords.Name(comparison.Verdict)}, {comparison.Pairs} {(comparison.Pairs == 1 ? "pair" : "pairs")}";
        _canvas.Text(_layout.Width, middle + 14, verdict, "note " + style, "end");
    }

    private void Mark(Comparison comparison, string figures, double y, string style)
    {
        if (comparison.Interval is { } interval)
        {
            _canvas.Line(_x.At(Cut(interval.Low)), y, _x.At(Cut(interval.High)), y, "range " + style);
            End(interval.Low, y, style, outward: -1);
            End(interval.High, y, style, outward: 1);
        }
        _canvas.Diamond(_x.At(Cut(comparison.Difference)), y, 6, "mark " + style, $"{comparison.Cell}: {figures}");
    }

    private void End(double value, double y, string style, int outward)
    {
        var x = _x.At(Cut(value));
        if (Cut(value) == value) _canvas.Line(x, y - 5, x, y + 5, "range " + style);
        else _canvas.Polyline([(x - 6 * outward, y - 5), (x, y), (x - 6 * outward, y + 5)], "range " + style);
    }
}
