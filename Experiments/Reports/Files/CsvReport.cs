using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Orchestrator.Experiments.Reports.Files;

/// <summary>One row per trial, for spreadsheets and data frames; numbers in full precision, RFC 4180.</summary>
internal static class CsvReport
{
    private static readonly string[] Before =
        ["sweep", "cell", "variant", "grid_point", "control", "trial", "seed", "attempts", "outcome", "reason"];

    private static readonly string[] After =
        ["parameters", "nonzeros", "dense_file_bytes", "compressed_file_bytes", "training_seconds", "steps", "run_path"];

    public static string Write(ReportInput input)
    {
        var metrics = MetricNames(input);
        var text = new StringBuilder();
        AppendRow(text, [.. Before, .. metrics, .. After]);
        foreach (var cell in input.Cells)
        {
            foreach (var trial in cell.Trials) AppendRow(text, Row(input, cell, trial, metrics));
        }
        return text.ToString();
    }

    /// <summary>The objective first, then the metrics in the order in which trials have them.</summary>
    private static ImmutableArray<string> MetricNames(ReportInput input) =>
    [
        .. input.Cells.SelectMany(c => c.Trials).SelectMany(t => t.Metrics).Select(m => m.Name)
            .Prepend(input.Objective.Name)
            .Distinct(StringComparer.Ordinal),
    ];

    private static string[] Row(ReportInput input, CellResult cell, TrialResult trial, ImmutableArray<string> metrics) =>
    [
        Text(input.SweepName), Text(cell.Name), Text(cell.Variant), Text(cell.GridPoint), Text(cell.Control),
        Text(trial.Id), Number(trial.Seed), Number(trial.Attempts),
        trial.Outcome.ToString().ToLowerInvariant(), Text(trial.Reason),
        .. metrics.Select(name => Number(trial.Metrics.FirstOrDefault(m => m.Name == name)?.Value)),
        Number(cell.Parameters), Number(trial.Nonzeros), Number(trial.DenseFileBytes), Number(trial.CompressedFileBytes),
        Number(trial.TrainingSeconds), Number(trial.Steps), Text(trial.RunPath),
    ];

    private static string Number(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? "";

    /// <summary>
    /// A spreadsheet runs a text that begins like a formula; an apostrophe before it makes it a text again.
    /// </summary>
    private static string Text(string? value) =>
        value?.FirstOrDefault() is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + value : value ?? "";

    private static void AppendRow(StringBuilder text, string[] fields) =>
        text.AppendJoin(',', fields.Select(Quoted)).Append("\r\n");

    private static string Quoted(string field) =>
        field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : "\"" + field.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
