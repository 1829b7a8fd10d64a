using Orchestrator.Experiments.Reports.Findings;
using Orchestrator.Experiments.Reports.Wording;

namespace Orchestrator.Experiments.Reports.Charts;

/// <summary>
/// Quality against nonzeros, by logarithm, with the interval over seeds. Full marks lie on the frontier; the line
/// runs in steps, since between two cells nothing was measured.
/// </summary>
internal sealed class ParetoPlot
{
    private const double LabelSize = 12;

    private readonly ReportFindings _findings;
    private readonly MetricFormat _format;
    private readonly Layout _layout;
    private readonly (CellSummary Cell, int Index)[] _cells;
    private readonly Canvas _canvas;
    private readonly Scale _x;
    private readonly Scale _y;

    private ParetoPlot(ReportFindings findings, MetricFormat format, Layout layout)
    {
        (_findings, _format, _layout) = (findings, format, layout);
        _cells = [.. findings.Cells.Select((c, i) => (c, i)).Where(c => IsShown(c.c))];
        _canvas = new Canvas(layout.Width, layout.IsNarrow ? 340 : 420, "Quality against the number of nonzero weights");
        _x = Scale.Logarithmic(_cells.Select(c => c.Cell.Nonzeros!.Value), 60, layout.Width - 16);
        _y = Scale.Linear(_cells.SelectMany(c => Ends(c.Cell)), _canvas.Height - 52, 14);
    }

    public static bool IsShown(CellSummary cell) => cell is { Objective: not null, Nonzeros: > 0 };

    public static Canvas Draw(ReportFindings findings, MetricFormat format, Layout layout)
    {
        var plot = new ParetoPlot(findings, format, layout);
        plot.Ground();
        plot.FrontierLine();
        // The frontier comes last, on top of what lies close to it.
        foreach (var (cell, index) in plot._cells.OrderBy(c => findings.Frontier.Contains(c.Cell.Name)))
            plot.Mark(cell, index);
        plot.Labels();
        return plot._canvas;
    }

    private static double[] Ends(CellSummary cell) =>
        cell.Objective!.Interval is { } i ? [i.Low, i.High] : [cell.Objective.Mean];

    private void Ground()
    {
        foreach (var tick in _y.Ticks(6))
        {
            _canvas.Line(_x.From, _y.At(tick), _x.To, _y.At(tick), "grid");
            _canvas.Text(_x.From - 8, _y.At(tick) + 4, _format.Tick(tick), "tick", "end");
        }
        foreach (var tick in _x.Ticks(_layout.IsNarrow ? 4 : 8))
        {
            _canvas.Line(_x.At(tick), _y.To, _x.At(tick), _y.From, "grid");
            _canvas.Text(_x.At(tick), _y.From + 18, Numbers.Short(tick), "tick", "middle");
        }
        _canvas.Text((_x.From + _x.To) / 2, _canvas.Height - 10, "nonzero weights (log scale)", "axis", "middle");
        _canvas.VerticalText(14, (_y.From + _y.To) / 2, _format.AxisLabel, "axis");
    }

    private void FrontierLine() => _canvas.Polyline(FrontierSteps(), "frontier");

    private List<(double X, double Y)> FrontierSteps()
    {
        var steps = new List<(double X, double Y)>();
        foreach (var cell in _findings.Frontier.Select(_findings.Cell))
        {
            var (x, y) = Position(cell);
            if (steps.Count > 0) steps.Add((x, steps[^1].Y));
            steps.Add((x, y));
        }
        if (steps.Count > 0) steps.Add((_x.To, steps[^1].Y));
        return steps;
    }

    private void Mark(CellSummary cell, int index)
    {
        var (x, y) = Position(cell);
        var style = SeriesStyle.Of(index);
        if (cell.Objective!.Interval is { } interval)
        {
            _canvas.Line(x, _y.At(interval.Low), x, _y.At(interval.High), "range " + style);
            _canvas.Line(x - 4, _y.At(interval.Low), x + 4, _y.At(interval.Low), "range " + style);
            _canvas.Line(x - 4, _y.At(interval.High), x + 4, _y.At(interval.High), "range " + style);
        }
        var isOnFrontier = _findings.Frontier.Contains(cell.Name);
        _canvas.Circle(x, y, _layout.IsNarrow ? 6 : 6.5, (isOnFrontier ? "mark " : "hollow ") + style,
            $"{cell.Name}: {_format.Value(cell.Objective.Mean)} {_format.Range(cell.Objective.Interval)}, "
                + $"{Numbers.Count(cell.Nonzeros)} nonzeros");
    }

    /// <summary>Each label takes the first place beside its mark that is free of marks, bars and other labels.</summary>
    private void Labels()
    {
        var taken = _cells.SelectMany(c => Obstacles(c.Cell)).Concat(FrontierObstacles()).ToList();
        foreach (var (cell, index) in _cells.OrderBy(c => c.Cell.Nonzeros))
        {
            var text = _layout.IsNarrow ? $"{index + 1}" : Canvas.Fit(cell.Name, 220, LabelSize);
            var places = Places(Position(cell), Canvas.TextWidth(text, LabelSize));
            var box = places.MinBy(place => Faults(place, taken));
            _canvas.Text(box.Left, box.Bottom - 4, text, "point-label " + SeriesStyle.Of(index));
            taken.Add(box);
        }
    }

    /// <summary>Outside of the picture is worse than on top of anything.</summary>
    private int Faults(Box place, List<Box> taken) =>
        taken.Count(place.Overlaps) + (place.IsInside(_x.From, _x.To, _y.To, _y.From) ? 0 : 1000);

    private IEnumerable<Box> Obstacles(CellSummary cell)
    {
        var (x, y) = Position(cell);
        yield return new Box(x - 8, y - 8, x + 8, y + 8);
        double[] ends = [.. Ends(cell).Select(_y.At)];
        yield return new Box(x - 4, ends.Min(), x + 4, ends.Max());
    }

    private IEnumerable<Box> FrontierObstacles()
    {
        var steps = FrontierSteps();
        return steps.Zip(steps.Skip(1), (a, b) => new Box(
            Math.Min(a.X, b.X) - 1, Math.Min(a.Y, b.Y) - 1, Math.Max(a.X, b.X) + 1, Math.Max(a.Y, b.Y) + 1));
    }

    private static Box[] Places((double X, double Y) at, double width)
    {
        const double Height = 16;
        double[] rises = [0, -14, 14, -28, 28, -44, 44, -60, 60];
        return
        [
            .. rises.SelectMany(rise => new[]
            {
                Box.Of(at.X + 11, at.Y - Height / 2 + rise, width, Height),
                Box.Of(at.X - 11 - width, at.Y - Height / 2 + rise, width, Height),
            }),
            .. rises.Skip(3).Select(rise => Box.Of(at.X - width / 2, at.Y - Height / 2 + rise, width, Height)),
        ];
    }

    private (double X, double Y) Position(CellSummary cell) => (_x.At(cell.Nonzeros!.Value), _y.At(cell.Objective!.Mean));

    private readonly record struct Box(double Left, double Top, double Right, double Bottom)
    {
        public static Box Of(double left, double top, double width, double height) => new(left, top, left + width, top + height);

        public bool Overlaps(Box other) => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;

        public bool IsInside(double left, double right, double top, double bottom) =>
            Left >= left && Right <= right && Top >= top && Bottom <= bottom;
    }
}
