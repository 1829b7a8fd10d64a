using System.Collections.Immutable;
using System.Text;
using Orchestrator.Experiments.Reports.Files;
using Orchestrator.Experiments.Reports.Findings;
using Orchestrator.Experiments.Reports.Html;
using Orchestrator.Experiments.Reports.Wording;

namespace Orchestrator.Experiments.Reports;

/// <summary>Paths of a written report.</summary>
public sealed record ReportFiles(string Html, string Markdown, string Csv, string Json);

/// <summary>Writes a report in its four formats. The same input gives the same bytes.</summary>
public static class ReportWriter
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>
    /// Each file is written aside, flushed to the disk and renamed: it is complete or absent, and an older report is
    /// replaced as a whole. The folder is created where it does not exist.
    /// </summary>
    /// <exception cref="ArgumentException">The input contradicts itself (an unknown control, two cells of one name).</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static ReportFiles Write(ReportInput input, string directory)
    {
        var findings = ReportFindings.Of(input);
        _ = Directory.CreateDirectory(directory);
        return new ReportFiles(
            Put(directory, "report.html", HtmlReport.Write(findings)),
            Put(directory, "report.md", MarkdownReport.Write(findings)),
            Put(directory, "report.csv", CsvReport.Write(input)),
            Put(directory, "report.json", JsonReport.Write(findings)));
    }

    /// <summary>The answer in words, one line each: what a terminal shows at the end of a run.</summary>
    public static ImmutableArray<string> Answer(ReportInput input)
    {
        var findings = ReportFindings.Of(input);
        var format = MetricFormat.OfObjective(findings);
        return
        [
            ComparisonWords.Summary(findings.Comparisons),
            .. findings.Comparisons.Select(c => $"{c.Cell}: {ComparisonWords.Of(c, input, format).Sentence}"),
        ];
    }

    private static string Put(string directory, string name, string text)
    {
        var target = Path.Combine(directory, name);
        var aside = target + ".partial";
        using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.Write(Utf8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }
        File.Move(aside, target, overwrite: true);
        return target;
    }
}
