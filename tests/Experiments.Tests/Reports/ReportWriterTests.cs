using Orchestrator.Experiments.Reports;

namespace Orchestrator.Experiments.Tests.Reports;

internal sealed class ReportWriterTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("report-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Four_files_are_written_into_a_new_folder_and_nothing_is_left_beside_them()
    {
        var target = Path.Combine(_folder, "a", "report");

        var files = ReportWriter.Write(SampleReports.TwoVariants(), target);

        string[] expected = [files.Csv, files.Html, files.Json, files.Markdown];
        Assert.That(Directory.GetFiles(target), Is.EquivalentTo(expected));
        Assert.That(expected.Select(f => new FileInfo(f).Length), Has.All.GreaterThan(500));
    }

    [Test]
    public void The_same_input_gives_the_same_bytes_over_an_older_report()
    {
        var first = ReportWriter.Write(SampleReports.PruningMethods(), Path.Combine(_folder, "first"));
        _ = ReportWriter.Write(SampleReports.TwoVariants(), Path.Combine(_folder, "second"));

        var second = ReportWriter.Write(SampleReports.PruningMethods(), Path.Combine(_folder, "second"));

        Assert.That(File.ReadAllBytes(second.Html), Is.EqualTo(File.ReadAllBytes(first.Html)));
        Assert.That(File.ReadAllBytes(second.Markdown), Is.EqualTo(File.ReadAllBytes(first.Markdown)));
        Assert.That(File.ReadAllBytes(second.Csv), Is.EqualTo(File.ReadAllBytes(first.Csv)));
        Assert.That(File.ReadAllBytes(second.Json), Is.EqualTo(File.ReadAllBytes(first.Json)));
    }

    [Test]
    [Explicit("Writes a realistic report to REPORT_FOLDER, to be looked at in a browser.")]
    public void A_realistic_report_to_look_at()
    {
        var target = Environment.GetEnvironmentVariable("REPORT_FOLDER");
        Assert.That(target, Is.Not.Null);

        var files = ReportWriter.Write(SampleReports.PruningMethods(), target!);

        Assert.That(files.Html, Does.Exist);
    }
}
