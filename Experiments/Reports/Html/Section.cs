using System.Xml.Linq;

namespace Orchestrator.Experiments.Reports.Html;

/// <summary>A part of the page, reached through the bar at its top.</summary>
internal sealed record Section(string Id, string ShortTitle, string Title, params object?[] Content)
{
    public XElement ToElement() => Tag.Of("section", Tag.With("id", Id), Tag.Of("h2", Title), Content);
}
