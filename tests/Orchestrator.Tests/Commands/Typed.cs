using Microsoft.Extensions.Time.Testing;
using Orchestrator.Commands;

namespace Orchestrator.Tests.Commands;

/// <summary>What came of a command line, run within the test's process.</summary>
internal sealed record Typed(int ExitCode, string Out, string Error)
{
    public static async Task<Typed> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await CommandLine.RunAsync(arguments, new Terminal(output, error, new FakeTimeProvider(), IsInteractive: false));
        return new Typed(code, output.ToString(), error.ToString());
    }
}
