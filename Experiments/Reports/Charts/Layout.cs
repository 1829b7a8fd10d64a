using System.Xml.Linq;

namespace Orchestrator.Experiments.Reports.Charts;

/// <summary>
/// Each chart is drawn twice, for a desk and for a phone: text that is only scaled down cannot be read. The style sheet
/// shows one of the two.
/// </summary>
internal sealed record Layout(string Name, double Width, bool IsNarrow)
{
    public const double FontSize = 13;

    public static readonly Layout Wide = new("wide", 860, IsNarrow: false);

    public static readonly Layout Narrow = new("narrow", 380, IsNarrow: true);

    public static IEnumerable<XElement> Both(Func<Layout, Canvas> draw) =>
        new[] { Wide, Narrow }.Select(layout => draw(layout).ToElement(layout.Name));
}
