using System.Globalization;
using System.Xml.Linq;
using Orchestrator.Experiments.Reports.Html;

namespace Orchestrator.Experiments.Reports.Charts;

/// <summary>
/// A picture of fixed size in its own units, which the page scales. Colours and fonts come from the style sheet through
/// classes, so that one picture serves light and dark.
/// </summary>
internal sealed class Canvas(double width, double height, string description)
{
    /// <summary>Mean advance of a character as a share of the font's size, on the wide side.</summary>
    private const double AdvanceShare = 0.56;

    private readonly List<XElement> _shapes = [];

    public double Width => width;

    public double Height => height;

    public static double TextWidth(string text, double fontSize) => text.Length * fontSize * AdvanceShare;

    /// <summary>Cuts a text that would be wider than this, with an ellipsis.</summary>
    public static string Fit(string text, double available, double fontSize)
    {
        var length = (int)(available / (fontSize * AdvanceShare));
        return text.Length <= length ? text : string.Concat(text.AsSpan(0, Math.Max(1, length - 1)).TrimEnd(), "…");
    }

    public void Line(double x1, double y1, double x2, double y2, string style) =>
        _shapes.Add(Tag.Of("line." + style, At("x1", x1), At("y1", y1), At("x2", x2), At("y2", y2)));

    public void Rectangle(double x, double y, double w, double h, string style, string? tip = null) =>
        _shapes.Add(Tag.Of("rect." + style, At("x", x), At("y", y), At("width", w), At("height", h), Tip(tip)));

    public void Circle(double x, double y, double radius, string style, string? tip = null) =>
        _shapes.Add(Tag.Of("circle." + style, At("cx", x), At("cy", y), At("r", radius), Tip(tip)));

    public void Diamond(double x, double y, double radius, string style, string? tip = null) =>
        _shapes.Add(Tag.Of("polygon." + style, Tag.With("points", Points(
            [(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)])), Tip(tip)));

    public void Polyline(IReadOnlyCollection<(double X, double Y)> points, string style, string? tip = null)
    {
        if (points.Count > 0) _shapes.Add(Tag.Of("polyline." + style, Tag.With("points", Points(points)), Tip(tip)));
    }

    /// <param name="anchor">`start`, `middle` or `end`.</param>
    public void Text(double x, double y, string text, string style, string anchor = "start") =>
        _shapes.Add(Tag.Of("text." + style, At("x", x), At("y", y),
            anchor == "start" ? null : Tag.With("text-anchor", anchor), text));

    public void VerticalText(double x, double y, string text, string style) =>
        _shapes.Add(Tag.Of("text." + style, Tag.With("text-anchor", "middle"),
            Tag.With("transform", $"translate({Number(x)} {Number(y)}) rotate(-90)"), text));

    /// <param name="classes">`wide` or `narrow` where the page holds both.</param>
    public XElement ToElement(string classes) =>
        Tag.Of("svg.chart " + classes, Tag.With("viewBox", $"0 0 {Number(width)} {Number(height)}"), Tag.With("role", "img"),
            Tag.With("aria-label", description), _shapes);

    private static XElement? Tip(string? tip) => tip is null ? null : Tag.Of("title", tip);

    private static XAttribute At(string name, double value) => Tag.With(name, Number(value));

    private static string Points(IEnumerable<(double X, double Y)> points) =>
        string.Join(' ', points.Select(p => $"{Number(p.X)},{Number(p.Y)}"));

    private static string Number(double value)
    {
        var rounded = Math.Round(value, 1);
        return (rounded == 0 ? 0 : rounded).ToString("0.#", CultureInfo.InvariantCulture);
    }
}
