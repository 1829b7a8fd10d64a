using System.Diagnostics;
using Newtonsoft.Json.Linq;

namespace Orchestrator.Bench.AllReduce;

/// <summary>The product's own command, as a user types it.</summary>
internal static class OwnProgram
{
    /// <summary>Points of <c>orchestrator bench allreduce --json</c>.</summary>
    public static JArray AllReduce(string transport, string ranks, string milliseconds, string algorithms, IEnumerable<string> sizes) =>
        JArray.Parse(Output(
            "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "orchestrator.dll"), "bench", "allreduce", "--json", "--transport", transport,
                "--world-size", ranks, "--milliseconds", milliseconds, "--algorithm", algorithms, "--sizes", string.Join(',', sizes),
            ]));

    public static string Output(string program, IEnumerable<string> arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"`{program}` has ended with exit code {process.ExitCode}.");
    }
}
