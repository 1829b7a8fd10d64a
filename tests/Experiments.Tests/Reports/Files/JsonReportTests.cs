using System.Text.Json;
using Orchestrator.Experiments.Reports;
using Orchestrator.Experiments.Reports.Files;
using Orchestrator.Experiments.Reports.Findings;

namespace Orchestrator.Experiments.Tests.Reports.Files;

internal sealed class JsonReportTests
{
    [Test]
    public void It_names_its_format_and_version_and_holds_input_and_findings()
    {
        using var document = JsonDocument.Parse(JsonReport.Write(ReportFindings.Of(SampleReports.TwoVariants())));
        var root = document.RootElement;

        Assert.That(root.GetProperty("format").GetString(), Is.EqualTo("orchestrator-report"));
        Assert.That(root.GetProperty("version").GetInt32(), Is.EqualTo(1));
        Assert.That(root.GetProperty("input").GetProperty("cells")[1].GetProperty("trials")[0].GetProperty("metrics")[0]
            .GetProperty("value").GetDouble(), Is.EqualTo(0.0412));
        Assert.That(root.GetProperty("comparisons")[0].GetProperty("verdict").GetString(), Is.EqualTo("equivalent"));
        Assert.That(root.GetProperty("limits").GetArrayLength(), Is.GreaterThan(0));
    }

    [Test]
    public void The_input_can_be_read_back_whole()
    {
        var input = SampleReports.PruningMethods();
        using var document = JsonDocument.Parse(JsonReport.Write(ReportFindings.Of(input)));

        var cells = document.RootElement.GetProperty("input").GetProperty("cells").EnumerateArray();

        Assert.That(cells.Select(c => c.GetProperty("trials").GetArrayLength()), Is.EqualTo(input.Cells.Select(c => c.Trials.Length)));
        Assert.That(document.RootElement.GetProperty("input").GetProperty("cells")[3].GetProperty("trials")[2].GetProperty("sparsityCurve")[9]
            .GetProperty("y").GetDouble(), Is.EqualTo(input.Cells[3].Trials[2].SparsityCurve[9].Y));
    }

    [Test]
    public void Numbers_that_are_none_are_null()
    {
        var input = SampleReports.TwoVariants();
        var trial = input.Cells[0].Trials[0] with { TrainingLossCurve = [new CurvePoint(1, double.NaN)] };
        var cell = input.Cells[0] with { Trials = [trial] };

        using var document = JsonDocument.Parse(JsonReport.Write(ReportFindings.Of(input with { Cells = [cell] })));

        Assert.That(document.RootElement.GetProperty("input").GetProperty("cells")[0].GetProperty("trials")[0]
            .GetProperty("trainingLossCurve")[0].GetProperty("y").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }
}
