using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Orchestrator.Experiments.Reports;
using Orchestrator.Experiments.Reports.Findings;
using Orchestrator.Experiments.Reports.Html;

namespace Orchestrator.Experiments.Tests.Reports.Html;

internal sealed class HtmlReportTests
{
    private const string Hostile = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>]]>\u0001*/";

    private static readonly ReportInput[] Inputs =
        [SampleReports.TwoVariants(), SampleReports.PruningMethods(), Empty(), NothingSucceeded()];

    [TestCaseSource(nameof(Inputs))]
    public void The_page_is_well_formed_and_needs_nothing_from_outside(ReportInput input)
    {
        var html = HtmlReport.Write(ReportFindings.Of(input));
        var page = Parse(html);

        Assert.That(html, Does.Not.Match("https?://|url\\(|@import|//cdn"));
        Assert.That(page.Descendants().Attributes("src"), Is.Empty);
        Assert.That(page.Descendants("link"), Is.Empty);
    }

    [TestCaseSource(nameof(Inputs))]
    public void Every_entry_of_the_bar_leads_to_a_section(ReportInput input)
    {
        var page = Parse(HtmlReport.Write(ReportFindings.Of(input)));

        var ids = page.Descendants("section").Select(s => "#" + s.Attribute("id")!.Value).ToArray();
        var targets = page.Descendants("nav").Single().Descendants("a").Select(a => a.Attribute("href")!.Value);
        Assert.That(targets, Is.EqualTo(ids));
        Assert.That(ids, Is.Unique.And.Contains("#answer").And.Contains("#limits"));
    }

    [Test]
    public void Hostile_text_stays_text()
    {
        var input = SampleReports.TwoVariants();
        var cell = input.Cells[1] with
        {
            Name = Hostile,
            Variant = Hostile,
            Configuration = [new(Hostile, Hostile)],
            Trials = [.. input.Cells[1].Trials.Select(t => t with
            {
                Id = Hostile + t.Seed, Reason = Hostile, Outcome = t.Seed == 0 ? TrialOutcome.Failed : t.Outcome,
                RunPath = "javascript:alert(1)//" + Hostile, Densities = [new(Hostile, 1, 1, 0.5)],
            })],
        };
        var html = HtmlReport.Write(ReportFindings.Of(input with
        {
            SweepName = Hostile,
            Question = Hostile,
            PlanHash = Hostile,
            Remarks = [Hostile],
            Objective = input.Objective with { Label = Hostile, UnitName = Hostile },
            Software = [new(Hostile, Hostile)],
            Machine = [new(Hostile, Hostile)],
            DataSets = [new(Hostile, [new(Hostile, Hostile)])],
            Cells = [input.Cells[0], cell],
        }));

        var page = Parse(html);
        Assert.That(page.Descendants("script").Count(), Is.EqualTo(1));
        Assert.That(page.Descendants("img"), Is.Empty);
        Assert.That(page.Descendants().Attributes().Where(a => a.Name.LocalName.StartsWith("on", StringComparison.Ordinal)), Is.Empty);
        Assert.That(page.Descendants("a").Attributes("href").Select(a => a.Value), Has.None.Contains("javascript:"));
        Assert.That(page.Descendants("h1").Single().Value, Does.StartWith("<script>alert(1)</script>"));
    }

    [Test]
    public void Every_trial_is_listed_with_a_link_into_the_run_store()
    {
        var input = SampleReports.PruningMethods();

        var page = Parse(HtmlReport.Write(ReportFindings.Of(input)));

        var trials = page.Descendants("section").Single(s => s.Attribute("id")!.Value == "trials");
        var ids = input.Cells.SelectMany(c => c.Trials.Select(t => t.Id));
        Assert.That(trials.Descendants("code").Select(c => c.Value), Is.EqualTo(ids));
        Assert.That(trials.Descendants("a").First().Attribute("href")!.Value, Is.EqualTo("../trials/dense/0"));
    }

    [Test]
    public void Every_chart_for_a_desk_has_its_twin_for_a_phone()
    {
        var page = Parse(HtmlReport.Write(ReportFindings.Of(SampleReports.PruningMethods())));

        string[] kinds = [.. page.Descendants("svg").Select(s => s.Attribute("class")!.Value)];
        Assert.That(kinds.Count(k => k == "chart wide"), Is.EqualTo(5));
        Assert.That(kinds.Count(k => k == "chart narrow"), Is.EqualTo(5));
        Assert.That(kinds.Count(k => k == "chart single"), Is.EqualTo(14));
    }

    [Test]
    public void Light_and_dark_define_the_same_colours()
    {
        var css = Parse(HtmlReport.Write(ReportFindings.Of(SampleReports.TwoVariants()))).Descendants("style").Single().Value;

        var blocks = Regex.Matches(css, @":root\s*\{([^}]*)\}").Select(m => Regex.Matches(m.Groups[1].Value, @"--[\w-]+(?=:)").Select(v => v.Value).ToArray()).ToArray();
        Assert.That(blocks, Has.Length.EqualTo(2));
        Assert.That(blocks[1], Is.EqualTo(blocks[0]));
    }

    [TestCase(@":root\s*\{([^}]*)\}", 0)]
    [TestCase(@":root\s*\{([^}]*)\}", 1)]
    public void Text_stands_out_from_its_ground_by_at_least_four_and_a_half_to_one(string block, int theme)
    {
        var css = Parse(HtmlReport.Write(ReportFindings.Of(SampleReports.TwoVariants()))).Descendants("style").Single().Value;
        var colours = Regex.Matches(Regex.Matches(css, block)[theme].Groups[1].Value, @"--([\w-]+):\s*(#[0-9a-f]{6})\b")
            .ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);

        string[] texts = ["ink", "muted", "accent", "better", "worse", "equivalent", "none", .. Enumerable.Range(0, 8).Select(i => $"c{i}")];
        Assert.That(texts.Where(t => Contrast(colours[t], colours["sheet"]) < 4.5), Is.Empty);
        Assert.That(new[] { "ink", "muted", "accent" }.Where(t => Contrast(colours[t], colours["ground"]) < 4.5), Is.Empty);
    }

    /// <summary>Of WCAG 2: (lighter + 0.05) / (darker + 0.05) of the relative luminances.</summary>
    private static double Contrast(string a, string b)
    {
        var (x, y) = (Luminance(a), Luminance(b));
        return (Math.Max(x, y) + 0.05) / (Math.Min(x, y) + 0.05);
    }

    private static double Luminance(string colour)
    {
        double[] channels = [.. Enumerable.Range(0, 3).Select(i => Convert.ToInt32(colour.Substring(1 + 2 * i, 2), 16) / 255.0)
            .Select(c => c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4))];
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2];
    }

    private static ReportInput Empty() => SampleReports.TwoVariants() with { Cells = [], DataSets = [], Software = [], Machine = [], Question = null };

    private static ReportInput NothingSucceeded()
    {
        var input = SampleReports.TwoVariants();
        return input with
        {
            Cells = [.. input.Cells.Select(c => c with
            {
                Trials = [.. c.Trials.Select(t => new TrialResult { Id = c.Name + t.Id, Seed = t.Seed, Outcome = TrialOutcome.Pending })],
            })],
        };
    }

    private static XElement Parse(string html)
    {
        using var reader = XmlReader.Create(new StringReader(html), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader).Root!;
    }
}
