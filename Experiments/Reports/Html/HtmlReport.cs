using System.Collections.Immutable;
using System.Reflection;
using System.Xml.Linq;
using Orchestrator.Experiments.Reports.Findings;
using Orchestrator.Experiments.Reports.Wording;

namespace Orchestrator.Experiments.Reports.Html;

/// <summary>
/// The report as one page that needs nothing else: style, charts and the little script are inside it, and no address
/// leads out of it but the relative links into the run store.
/// </summary>
internal static class HtmlReport
{
    private static readonly string Style = Resource("report.css");
    private static readonly string Script = Resource("report.js");

    public static string Write(ReportFindings findings)
    {
        ImmutableArray<Section> sections =
        [
            .. ResultSections.Of(findings),
            .. ChartSections.Of(findings),
            .. RecordSections.Of(findings),
        ];
        return HtmlText.Write(Tag.Of("html", Tag.With("lang", "en"), Head(findings.Input), Body(findings, sections)));
    }

    private static XElement Head(ReportInput input) => Tag.Of("head",
        Tag.Of("meta", Tag.With("charset", "utf-8")),
        Tag.Of("meta", Tag.With("name", "viewport"), Tag.With("content", "width=device-width, initial-scale=1")),
        Tag.Of("meta", Tag.With("name", "color-scheme"), Tag.With("content", "light dark")),
        Tag.Of("title", input.SweepName + " – report"),
        Tag.Of("style", new XCData(Style)));

    private static XElement Body(ReportFindings findings, ImmutableArray<Section> sections) => Tag.Of("body",
        Tag.Of("header", Tag.Of("div.page", Title(findings.Input))),
        Tag.Of("nav", Tag.With("aria-label", "Sections"),
            Tag.Of("div.page", sections.Select(s => Tag.Of("a", Tag.With("href", "#" + s.Id), s.ShortTitle)))),
        Tag.Of("main.page", sections.Select(s => s.ToElement())),
        Tag.Of("footer", Tag.Of("div.page", "Made by Orchestrator from the run store. "
            + "report.json beside this page holds every number, report.csv one row per trial.")),
        Tag.Of("script", new XCData(Script)));

    private static IEnumerable<XElement> Title(ReportInput input)
    {
        yield return Tag.Of("p.kicker", "Experiment report");
        yield return Tag.Of("h1", input.SweepName);
        if (input.Question is { } question) yield return Tag.Of("p.lede", question);
        yield return Tag.Of("p.facts", Facts(input).Select(fact => Tag.Of("span", fact)));
    }

    private static IEnumerable<string> Facts(ReportInput input)
    {
        yield return ReportWords.Scope(input);
        yield return $"{ReportWords.Confidence(input)} confidence";
        if (input.EquivalenceMargin is { } margin)
            yield return "margin " + new MetricFormat(input.Objective, 1).Amount(margin);
        if (input.PlanHash is { } hash) yield return $"plan {hash}";
        if (input.CreatedAt is { } at) yield return ReportWords.Time(at);
    }

    private static string Resource(string name)
    {
        var path = $"{typeof(HtmlReport).Namespace}.{name}";
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(path)
            ?? throw new InvalidOperationException($"The assembly lacks its resource `{path}`.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
