using System.Xml.Linq;

namespace Orchestrator.Experiments.Reports.Html;

/// <summary>
/// Tables that scroll inside their frame on a phone, with the first column in place. A column whose head begins with
/// `#` holds numbers: aligned right, figures of equal width.
/// </summary>
internal static class Table
{
    private const char NumberMark = '#';

    /// <param name="rows">Texts or elements, as many as heads; a text may carry its sort key as a <see cref="Keyed"/>.</param>
    public static XElement Of(string[] heads, IEnumerable<object?[]> rows, string style = "") =>
        Tag.Of("div.scroll", Tag.With("tabindex", "0"), Tag.Of("table" + (style.Length > 0 ? "." + style : ""),
            Tag.Of("thead", Tag.Of("tr", heads.Select(head =>
                Tag.Of(IsNumber(head) ? "th.n" : "th", Tag.With("scope", "col"), head.TrimStart(NumberMark))))),
            Tag.Of("tbody", rows.Select(row => Tag.Of("tr", row.Select((field, i) => Field(heads[i], field, i)))))));

    /// <summary>Two columns, without a head.</summary>
    public static XElement OfFacts(IEnumerable<NamedValue> facts) =>
        Tag.Of("dl.facts", facts.Select(fact => Tag.Of("div", Tag.Of("dt", Tag.Breakable(fact.Name)), Tag.Of("dd", fact.Value))));

    private static XElement Field(string head, object? field, int column)
    {
        var name = (column == 0 ? "th" : "td") + (IsNumber(head) ? ".n" : "");
        var scope = column == 0 ? Tag.With("scope", "row") : null;
        return field is Keyed keyed
            ? Tag.Of(name, scope, Tag.With("data-key", FormattableString.Invariant($"{keyed.Key}")), keyed.Shown)
            : Tag.Of(name, scope, field);
    }

    private static bool IsNumber(string head) => head.StartsWith(NumberMark);
}

/// <summary>What is shown, and the number by which its column is sorted.</summary>
internal sealed record Keyed(double Key, params object?[] Shown)
{
    public static object? Of(double? key, string shown) => key is { } k ? new Keyed(k, shown) : shown;
}
