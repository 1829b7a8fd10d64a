using System.Xml.Linq;

namespace Orchestrator.Experiments.Reports.Html;

/// <summary>
/// Builds the page as a tree, so that it is well-formed by construction and every text is escaped where it is written.
/// </summary>
internal static class Tag
{
    /// <param name="name">`p`, or `p.lede` with classes after the point.</param>
    /// <param name="content">Attributes, texts, elements, or sequences of them; null is left out.</param>
    public static XElement Of(string name, params object?[] content)
    {
        var parts = name.Split('.', 2);
        return parts.Length == 1
            ? new XElement(parts[0], content)
            : new XElement(parts[0], new XAttribute("class", parts[1]), content);
    }

    /// <summary>A dotted path as code.</summary>
    public static XElement OfPath(string path) => Of("code", Breakable(path));

    /// <summary>A text that may break after its points, and not within a word.</summary>
    public static IEnumerable<object> Breakable(string text) =>
        text.Split('.').SelectMany((part, i) => i == 0 ? new object[] { part } : [".", Of("wbr"), part]);

    public static XAttribute With(string name, object value) => new(name, value);
}
