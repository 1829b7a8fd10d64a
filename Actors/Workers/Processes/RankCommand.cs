using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>How a process for a rank is started.</summary>
/// <param name="File">The program.</param>
/// <param name="Arguments">The last is the verb.</param>
internal sealed record RankCommand(string File, ImmutableArray<string> Arguments)
{
    /// <summary>This program again, whether it was started by itself or by <c>dotnet</c>.</summary>
    public static RankCommand OfThisProgram()
    {
        string file = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is not known.");
        bool isHost = string.Equals(Path.GetFileNameWithoutExtension(file), "dotnet", StringComparison.OrdinalIgnoreCase);
        return new RankCommand(file, isHost ? [Environment.GetCommandLineArgs()[0], RankProcess.Verb] : [RankProcess.Verb]);
    }

    /// <exception cref="RankFailedException">It cannot be started: no memory, no more processes allowed, no such file.</exception>
    public IRankProcess Start()
    {
        var start = new ProcessStartInfo(File, Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        try
        {
            return new Started(Process.Start(start)!);
        }
        catch (Win32Exception exception)
        {
            throw new RankFailedException(new Coordination.Fault(
                Coordination.FailureKind.Bug, $"`{File}` cannot be started for a rank: {exception.Message}"));
        }
    }

    private sealed class Started(Process process) : IRankProcess
    {
        public Stream Input => process.StandardInput.BaseStream;

        public Stream Output => process.StandardOutput.BaseStream;

        public TextReader Error => process.StandardError;

        public void Kill() => process.Kill();

        public int? AwaitExit(TimeSpan time) => process.WaitForExit(time) ? process.ExitCode : null;

        public void Dispose() => process.Dispose();
    }
}
