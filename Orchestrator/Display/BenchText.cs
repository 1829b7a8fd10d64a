using System.Globalization;
using Newtonsoft.Json.Linq;
using Orchestrator.Actors.Collectives.Measurement;
using Orchestrator.Commands;
using Orchestrator.Execution;

namespace Orchestrator.Display;

/// <summary>A table as NCCL's tests print it, line by line as the points come.</summary>
internal static class BenchText
{
    private const double Giga = 1e9;
    private const double Micro = 1e-6;

    public static void WriteHead(string transport, int worldSize, Terminal terminal)
    {
        terminal.Out.WriteLine();
        terminal.Out.WriteLine($"# {transport}, {worldSize} ranks. Time: median of single calls after a barrier, until the last rank is done; in a row: per call.");
        terminal.Out.WriteLine(
            $"{"algorithm",-19}{"size",9}{"count",11} {"type",-8} {"op",-4}{"time",11}{"min",11}{"algbw",9}{"busbw",9}{"in a row",11}{"busbw",9}{"predicted",11}{"wrong",7}  schedule");
        terminal.Out.WriteLine(
            $"{string.Empty,-19}{string.Empty,9}{"elements",11} {string.Empty,-8} {string.Empty,-4}{"µs",11}{"µs",11}{"GB/s",9}{"GB/s",9}{"µs",11}{"GB/s",9}{"µs",11}");
    }

    public static void WriteRow(BenchmarkPoint point, Terminal terminal)
    {
        double busOfRow = BusBandwidth(point, point.BackToBackSeconds);
        terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{BenchCommand.NameOf(point.Algorithm),-19}{ByteSizes.Text(point.Bytes),9}{point.Count,11} {point.Type,-8} {point.Op.ToString().ToLowerInvariant(),-4}{point.SingleSeconds / Micro,11:0.0}{point.SingleSecondsMin / Micro,11:0.0}{point.AlgorithmBandwidth / Giga,9:0.00}{point.BusBandwidth / Giga,9:0.00}{point.BackToBackSeconds / Micro,11:0.0}{busOfRow / Giga,9:0.00}{Predicted(point),11}{point.Wrong,7}  {point.Schedule}"));
    }

    public static JObject Json(string transport, BenchmarkPoint point) => new()
    {
        ["transport"] = transport,
        ["worldSize"] = point.WorldSize,
        ["algorithm"] = BenchCommand.NameOf(point.Algorithm),
        ["schedule"] = point.Schedule,
        ["bytes"] = point.Bytes,
        ["count"] = point.Count,
        ["type"] = point.Type,
        ["op"] = point.Op.ToString().ToLowerInvariant(),
        ["calls"] = point.Calls,
        ["singleSeconds"] = point.SingleSeconds,
        ["singleSecondsMin"] = point.SingleSecondsMin,
        ["singleSecondsMax"] = point.SingleSecondsMax,
        ["backToBackSeconds"] = point.BackToBackSeconds,
        ["predictedSeconds"] = point.PredictedSeconds,
        ["algorithmBandwidth"] = point.AlgorithmBandwidth,
        ["busBandwidth"] = point.BusBandwidth,
        ["backToBackBusBandwidth"] = BusBandwidth(point, point.BackToBackSeconds),
        ["wrong"] = point.Wrong,
    };

    private static double BusBandwidth(BenchmarkPoint point, double seconds) =>
        point.BusBandwidth * point.SingleSeconds / seconds;

    private static string Predicted(BenchmarkPoint point) => point.PredictedSeconds is { } seconds
        ? (seconds / Micro).ToString("0.0", CultureInfo.InvariantCulture)
        : "-";
}
