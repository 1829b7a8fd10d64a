using System.Collections.Immutable;

namespace Orchestrator.Experiments.Reports.Charts;

/// <summary>A cell's curves: one per trial, and their mean.</summary>
/// <param name="Index">Of the cell, which gives the colour.</param>
/// <param name="ByTrial">Finite points only.</param>
/// <param name="Mean">At the abscissas that every succeeded trial has.</param>
internal sealed record CurveSeries(
    string Name, int Index, ImmutableArray<TrialCurve> ByTrial, ImmutableArray<CurvePoint> Mean)
{
    /// <summary>Beyond this a line has more points than a screen has pixels for it.</summary>
    private const int PointsMax = 200;

    public static CurveSeries Of(CellResult cell, int index, Func<TrialResult, ImmutableArray<CurvePoint>> curve)
    {
        TrialCurve[] curves =
        [
            .. cell.Trials
                .Select(t => new TrialCurve(t.Seed, t.Outcome == TrialOutcome.Succeeded, Ordered(curve(t))))
                .Where(t => !t.Points.IsEmpty),
        ];
        TrialCurve[] succeeded = [.. curves.Where(c => c.IsSuccess)];
        ImmutableArray<CurvePoint> mean =
        [
            .. succeeded.SelectMany(c => c.Points).GroupBy(p => p.X)
                .Where(g => g.Count() == succeeded.Length)
                .OrderBy(g => g.Key)
                .Select(g => new CurvePoint(g.Key, g.Average(p => p.Y))),
        ];
        return new CurveSeries(
            cell.Name, index, [.. curves.Select(c => c with { Points = Thinned(c.Points) })], Thinned(mean));
    }

    public bool IsEmpty => ByTrial.IsEmpty;

    /// <summary>Finite points by abscissa; several of one abscissa, as losses within an epoch, become their mean.</summary>
    private static ImmutableArray<CurvePoint> Ordered(ImmutableArray<CurvePoint> points) =>
    [
        .. points.Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y))
            .GroupBy(p => p.X)
            .OrderBy(g => g.Key)
            .Select(g => new CurvePoint(g.Key, g.Average(p => p.Y))),
    ];

    private static ImmutableArray<CurvePoint> Thinned(ImmutableArray<CurvePoint> points)
    {
        if (points.Length <= PointsMax) return points;

        var step = (points.Length - 1) / (double)(PointsMax - 1);
        return [.. Enumerable.Range(0, PointsMax).Select(i => points[(int)Math.Round(i * step)])];
    }
}

internal sealed record TrialCurve(long Seed, bool IsSuccess, ImmutableArray<CurvePoint> Points);

/// <summary>What all curves of a group of plots share, so that they can be compared by eye.</summary>
internal sealed record CurveAxes(string XLabel, string YLabel, Func<double, string> YTick, ImmutableArray<CurvePoint> Extent)
{
    /// <summary>A curve that falls by more than this shows its end only on a logarithmic axis.</summary>
    private const double LogarithmicFrom = 12;

    public bool IsLogarithmic =>
        Extent.All(p => p.Y > 0) && Extent.Length > 0 && Extent.Max(p => p.Y) / Extent.Min(p => p.Y) > LogarithmicFrom;

    /// <summary>
    /// The axes cover what succeeded: the loss of a diverged trial would press all other curves flat. Its line ends at
    /// the border.
    /// </summary>
    public static CurveAxes Of(string xLabel, string yLabel, Func<double, string> yTick, IEnumerable<CurveSeries> series)
    {
        TrialCurve[] curves = [.. series.SelectMany(s => s.ByTrial)];
        var succeeded = curves.Where(c => c.IsSuccess).SelectMany(c => c.Points).ToImmutableArray();
        return new CurveAxes(xLabel, yLabel, yTick, succeeded.IsEmpty ? [.. curves.SelectMany(c => c.Points)] : succeeded);
    }
}

/// <summary>Lines over epochs or steps: bold means, thin single seeds.</summary>
internal static class CurvePlot
{
    /// <summary>The means of all cells in one picture.</summary>
    public static Canvas Means(ImmutableArray<CurveSeries> series, CurveAxes axes, Layout layout, bool withSeeds = false)
    {
        var canvas = new Canvas(layout.Width, layout.IsNarrow ? 270 : 340, $"{axes.YLabel} over {axes.XLabel}, mean per cell");
        var (x, y) = Ground(canvas, axes, layout.IsNarrow ? 4 : 8, yTicks: 6);
        if (withSeeds)
        {
            foreach (var s in series) Seeds(canvas, s, x, y);
        }
        foreach (var s in series) Line(canvas, s.Mean, x, y, "mean " + SeriesStyle.Of(s.Index), s.Name);
        return canvas;
    }

    /// <summary>One cell alone, with the mean of its control behind it.</summary>
    public static Canvas Single(CurveSeries series, CurveSeries? control, CurveAxes axes)
    {
        var canvas = new Canvas(300, 176, $"{axes.YLabel} over {axes.XLabel}: {series.Name}");
        var (x, y) = Ground(canvas, axes, xTicks: 4, yTicks: 4, isLabelled: false);
        if (control is not null) Line(canvas, control.Mean, x, y, "reference", control.Name);
        Seeds(canvas, series, x, y);
        Line(canvas, series.Mean, x, y, "mean " + SeriesStyle.Of(series.Index), series.Name);
        return canvas;
    }

    /// <param name="isLabelled">Off where many small plots stand under one title.</param>
    private static (Scale X, Scale Y) Ground(
        Canvas canvas, CurveAxes axes, int xTicks, int yTicks, bool isLabelled = true)
    {
        var bottom = canvas.Height - (isLabelled ? 44 : 24);
        var x = Scale.Tight(axes.Extent.Select(p => p.X), isLabelled ? 62 : 44, canvas.Width - 14);
        var y = axes.IsLogarithmic
            ? Scale.Logarithmic(axes.Extent.Select(p => p.Y), bottom, 12)
            : Scale.Linear(axes.Extent.Select(p => p.Y), bottom, 12);
        foreach (var tick in y.Ticks(yTicks))
        {
            canvas.Line(x.From, y.At(tick), x.To, y.At(tick), "grid");
            canvas.Text(x.From - 8, y.At(tick) + 4, axes.YTick(tick), "tick", "end");
        }
        foreach (var tick in x.Ticks(xTicks).Where(t => t == Math.Floor(t)))
            canvas.Text(x.At(tick), bottom + 18, Wording.Numbers.Short(tick), "tick", "middle");
        if (!isLabelled) return (x, y);

        canvas.Text((x.From + x.To) / 2, canvas.Height - 6, axes.XLabel, "axis", "middle");
        canvas.VerticalText(13, (y.From + y.To) / 2, axes.YLabel + (axes.IsLogarithmic ? ", log" : ""), "axis");
        return (x, y);
    }

    private static void Seeds(Canvas canvas, CurveSeries series, Scale x, Scale y)
    {
        foreach (var trial in series.ByTrial)
        {
            var style = (trial.IsSuccess ? "thin " : "thin lost ") + SeriesStyle.Of(series.Index);
            Line(canvas, trial.Points, x, y, style, $"{series.Name}, seed {trial.Seed}");
        }
    }

    private static void Line(Canvas canvas, ImmutableArray<CurvePoint> points, Scale x, Scale y, string style, string tip) =>
        canvas.Polyline(
            [.. points.Where(p => !y.IsLogarithmic || p.Y > 0).Select(p => (x.At(p.X), Math.Clamp(y.At(p.Y), y.To, y.From)))],
            style,
            tip);
}
