using System.Globalization;
using System.Xml.Linq;
using Orchestrator.Experiments.Reports;
using Orchestrator.Experiments.Reports.Charts;
using Orchestrator.Experiments.Reports.Findings;
using Orchestrator.Experiments.Reports.Wording;

namespace Orchestrator.Experiments.Tests.Reports.Charts;

internal sealed class ChartTests
{
    private static readonly Layout[] Layouts = [Layout.Wide, Layout.Narrow];

    [TestCaseSource(nameof(Layouts))]
    public void Nothing_in_a_forest_plot_lies_outside_of_the_picture(Layout layout) =>
        AssertInside(Forest(SampleReports.PruningMethods(), layout));

    [TestCaseSource(nameof(Layouts))]
    public void Nothing_in_a_Pareto_plot_lies_outside_of_the_picture(Layout layout)
    {
        var findings = ReportFindings.Of(SampleReports.PruningMethods());

        AssertInside(ParetoPlot.Draw(findings, MetricFormat.OfObjective(findings), layout).ToElement(layout.Name));
    }

    [Test]
    public void Labels_of_a_Pareto_plot_do_not_overlap()
    {
        var findings = ReportFindings.Of(SampleReports.PruningMethods());

        var svg = ParetoPlot.Draw(findings, MetricFormat.OfObjective(findings), Layout.Wide).ToElement("wide");

        (double Left, double Right, double Y)[] labels =
        [
            .. svg.Elements("text").Where(t => Class(t).StartsWith("point-label", StringComparison.Ordinal))
                .Select(t => (Number(t, "x"), Number(t, "x") + Canvas.TextWidth(t.Value, 12), Number(t, "y"))),
        ];
        Assert.That(labels, Has.Length.EqualTo(7));
        var overlapping = labels.SelectMany((a, i) => labels.Skip(i + 1)
            .Where(b => a.Left < b.Right && b.Left < a.Right && Math.Abs(a.Y - b.Y) < 12));
        Assert.That(overlapping, Is.Empty);
    }

    [Test]
    public void An_interval_far_wider_than_the_rest_is_cut_with_an_arrow_instead_of_pressing_the_rest_flat()
    {
        var input = SampleReports.Of(("dense", null, [0.1, 0.2]), ("two seeds", "dense", [0.1, 0.21]), ("wild", "dense", [0.1, 0.201]));

        var svg = Forest(input, Layout.Wide);

        Assert.That(svg.Elements("polyline").Where(p => Class(p).StartsWith("range", StringComparison.Ordinal)), Is.Not.Empty);
        AssertInside(svg);
    }

    [Test]
    public void The_curve_of_a_diverged_trial_does_not_stretch_the_axes()
    {
        var cell = SampleReports.TwoVariants().Cells[0];
        var diverged = cell.Trials[0] with { Outcome = TrialOutcome.Diverged, TrainingLossCurve = [new(1, 2), new(2, 1e9), new(3, double.NaN)] };
        var series = CurveSeries.Of(cell with { Trials = cell.Trials.SetItem(0, diverged) }, 0, t => t.TrainingLossCurve);
        var axes = CurveAxes.Of("epoch", "loss", y => $"{y}", [series]);

        var svg = CurvePlot.Single(series, control: null, axes).ToElement("single");

        Assert.That(axes.Extent.Max(p => p.Y), Is.EqualTo(1.5));
        Assert.That(svg.Elements("polyline").Count(p => Class(p).Contains("lost", StringComparison.Ordinal)), Is.EqualTo(1));
        AssertInside(svg);
    }

    [Test]
    public void The_mean_curve_is_that_of_the_trials_that_succeeded()
    {
        var cell = SampleReports.TwoVariants().Cells[0];
        var trials = cell.Trials.SetItem(0, cell.Trials[0] with { Outcome = TrialOutcome.Failed });

        var mean = CurveSeries.Of(cell with { Trials = trials }, 0, t => t.ValidationCurve).Mean;

        Assert.That(mean.Select(p => p.X), Is.EqualTo(new double[] { 1, 2, 3 }));
        Assert.That(mean[2].Y, Is.EqualTo(new[] { 0.0402, 0.0379, 0.0388, 0.0410, 0.0371 }.Average()).Within(1e-12));
    }

    [Test]
    public void Several_points_of_one_epoch_become_their_mean()
    {
        var cell = SampleReports.TwoVariants().Cells[0];
        var trials = cell.Trials.Select(t => t with { TrainingLossCurve = [new(2, 4), new(1, 1), new(1, 3), new(2, double.NaN)] });

        var mean = CurveSeries.Of(cell with { Trials = [.. trials] }, 0, t => t.TrainingLossCurve).Mean;

        Assert.That(mean, Is.EqualTo(new[] { new CurvePoint(1, 2), new CurvePoint(2, 4) }));
    }

    [Test]
    public void A_curve_with_more_points_than_pixels_is_thinned_and_keeps_its_ends()
    {
        var cell = SampleReports.TwoVariants().Cells[0];
        var trial = cell.Trials[0] with { SparsityCurve = [.. Enumerable.Range(0, 5000).Select(i => new CurvePoint(i, i / 5000.0))] };

        var points = CurveSeries.Of(cell with { Trials = [trial] }, 0, t => t.SparsityCurve).ByTrial[0].Points;

        Assert.That(points, Has.Length.EqualTo(200));
        Assert.That((points[0].X, points[^1].X), Is.EqualTo((0.0, 4999.0)));
    }

    private static XElement Forest(ReportInput input, Layout layout)
    {
        var findings = ReportFindings.Of(input);
        return ForestPlot.Draw(findings, MetricFormat.OfObjective(findings), layout).ToElement(layout.Name);
    }

    private static void AssertInside(XElement svg)
    {
        double[] box = [.. svg.Attribute("viewBox")!.Value.Split(' ').Select(Parse)];
        foreach (var shape in svg.Elements())
        {
            var (xs, ys) = Coordinates(shape);
            Assert.That(xs, Is.All.InRange(-0.5, box[2] + 0.5), shape.ToString());
            Assert.That(ys, Is.All.InRange(-0.5, box[3] + 0.5), shape.ToString());
        }
    }

    private static (double[] X, double[] Y) Coordinates(XElement shape)
    {
        if (shape.Attribute("points") is { } points)
        {
            double[][] pairs = [.. points.Value.Split(' ').Select(p => p.Split(',').Select(Parse).ToArray())];
            return ([.. pairs.Select(p => p[0])], [.. pairs.Select(p => p[1])]);
        }
        return ([.. Values(shape, "x", "x1", "x2", "cx"), .. TextEnds(shape)], Values(shape, "y", "y1", "y2", "cy"));
    }

    private static double[] TextEnds(XElement shape)
    {
        if (shape.Name.LocalName != "text" || shape.Attribute("x") is null) return [];

        var (x, width) = (Number(shape, "x"), shape.Value.Length * 6.2);
        return shape.Attribute("text-anchor")?.Value switch
        {
            "end" => [x - width],
            "middle" => [x - width / 2, x + width / 2],
            _ => [x + width],
        };
    }

    private static double[] Values(XElement shape, params string[] names) =>
        [.. names.Where(n => shape.Attribute(n) is not null).Select(n => Number(shape, n))];

    private static double Number(XElement shape, string name) => Parse(shape.Attribute(name)!.Value);

    private static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Class(XElement element) => element.Attribute("class")?.Value ?? "";
}
