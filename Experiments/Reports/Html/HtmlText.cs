using System.Text;
using System.Xml.Linq;

namespace Orchestrator.Experiments.Reports.Html;

/// <summary>
/// Writes a tree as HTML 5 that is well-formed XML too: void elements close themselves, all others have an end tag,
/// a percent sign stays on the line of its number,
/// style and script (given as <see cref="XCData"/>) stand in a CDATA section that CSS and JavaScript read as a comment.
/// </summary>
internal static class HtmlText
{
    private static readonly HashSet<string> VoidElements = ["meta", "link", "br", "hr", "img", "input", "col", "wbr"];

    /// <summary>Elements after whose end a line may end without a visible blank.</summary>
    private static readonly HashSet<string> Blocks =
    [
        "html", "head", "body", "header", "nav", "main", "section", "footer", "div", "figure", "figcaption", "table", "thead",
        "tbody", "tr", "p", "h1", "h2", "h3", "ul", "ol", "li", "dl", "dt", "dd", "details", "summary", "svg", "g", "meta",
        "title", "style", "script", "article",
    ];

    public static string Write(XElement page)
    {
        var text = new StringBuilder("<!DOCTYPE html>\n");
        Append(text, page);
        return text.ToString();
    }

    private static void Append(StringBuilder text, XElement element)
    {
        var name = element.Name.LocalName;
        _ = text.Append('<').Append(name);
        foreach (var attribute in element.Attributes())
        {
            _ = text.Append(' ').Append(attribute.Name.LocalName).Append("=\"");
            AppendEscaped(text, attribute.Value, isAttribute: true);
            _ = text.Append('"');
        }
        if (VoidElements.Contains(name))
        {
            _ = text.Append(" />");
        }
        else
        {
            _ = text.Append('>');
            foreach (var node in element.Nodes()) AppendNode(text, node);
            _ = text.Append("</").Append(name).Append('>');
        }
        if (Blocks.Contains(name)) _ = text.Append('\n');
    }

    private static void AppendNode(StringBuilder text, XNode node)
    {
        switch (node)
        {
            case XCData raw:
                _ = text.Append("/*<![CDATA[*/\n").Append(raw.Value.Trim()).Append("\n/*]]>*/");
                break;
            case XText plain:
                AppendEscaped(text, plain.Value.Replace(" %", "\u00a0%", StringComparison.Ordinal), isAttribute: false);
                break;
            case XElement element:
                Append(text, element);
                break;
            default:
                throw new ArgumentException($"A page has no {node.NodeType}.", nameof(node));
        }
    }

    private static void AppendEscaped(StringBuilder text, string value, bool isAttribute)
    {
        foreach (var rune in value.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '<' => text.Append("&lt;"),
                '>' => text.Append("&gt;"),
                '&' => text.Append("&amp;"),
                '"' when isAttribute => text.Append("&quot;"),
                '\n' or '\t' => text.Append((char)rune.Value),
                // Neither HTML nor XML can hold these, not even escaped.
                < 0x20 or (>= 0x7f and < 0xa0) or 0xfffe or 0xffff => text.Append('\ufffd'),
                _ => text.Append(rune.ToString()),
            };
        }
    }
}
