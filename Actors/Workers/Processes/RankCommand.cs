using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Orchestrator.Actors.Coordination;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>How a process for a rank is started.</summary>
/// <param name="File">The program.</param>
/// <param name="Arguments">The last is the verb.</param>
internal sealed record RankCommand(string File, ImmutableArray<string> Arguments)
{
    /// <summary>This program again, whether it was started by itself or by <c>dotnet</c>.</summary>
    public static RankCommand OfThisProgram() => Of(
        Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is not known."),
        Environment.GetCommandLineArgs()[0]);

    /// <param name="process">Path of a process's executable.</param>
    /// <param name="first">Its first argument, in the way of C: the program.</param>
    internal static RankCommand Of(string process, string first)
    {
        bool isHost = string.Equals(Path.GetFileNameWithoutExtension(process), "dotnet", StringComparison.OrdinalIgnoreCase);
        return new RankCommand(process, isHost ? [first, RankProcess.Verb] : [RankProcess.Verb]);
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
            throw new RankFailedException(
                new Fault(FailureKind.Bug, $"`{File}` cannot be started for a rank: {exception.Message}"));
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
