using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Experiments.Reports.Findings;

namespace Orchestrator.Experiments.Reports.Files;

/// <summary>
/// Everything, for machines: the input as it was and what was computed from it. A reader checks
/// <c>format</c> and <c>version</c>; a field is never given another meaning without a new version.
/// </summary>
internal static class JsonReport
{
    public const string Format = "orchestrator-report";

    public const int Version = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        // Read by programs, never put into a page as it is.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new FiniteNumberConverter() },
    };

    public static string Write(ReportFindings findings) =>
        JsonSerializer.Serialize(
            new Document(
                Format,
                Version,
                findings.Input,
                [.. findings.Cells.Select(CellDocument.Of)],
                [.. findings.Comparisons],
                [.. findings.Frontier],
                [.. findings.Limits]),
            Options) + "\n";

    private sealed record Document(
        string Format,
        int Version,
        ReportInput Input,
        CellDocument[] Cells,
        Comparison[] Comparisons,
        string[] Frontier,
        Limit[] Limits);

    /// <summary>A summary without the trials, which the input holds.</summary>
    private sealed record CellDocument(
        string Name,
        int Succeeded,
        Statistics.MeanInterval? Objective,
        Statistics.MeanInterval?[] OtherMetrics,
        double? Nonzeros,
        double? DenseFileBytes,
        double? CompressedFileBytes,
        Statistics.MeanInterval? TrainingSeconds,
        double? Steps,
        MatrixDensity[] Densities)
    {
        public static CellDocument Of(CellSummary cell) => new(
            cell.Name, cell.Succeeded.Length, cell.Objective, [.. cell.Others], cell.Nonzeros, cell.DenseFileBytes,
            cell.CompressedFileBytes, cell.TrainingSeconds, cell.Steps, [.. cell.Densities]);
    }

    /// <summary>JSON has no NaN and no infinity: a diverged loss is null.</summary>
    private sealed class FiniteNumberConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }
}
