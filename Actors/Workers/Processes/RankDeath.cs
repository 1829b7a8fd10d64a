using Orchestrator.Actors.Coordination;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>Why a process ended that has not said why.</summary>
internal static class RankDeath
{
    /// <summary>As shells and .NET have it: a process that a signal has ended has this and the signal's number for its exit code.</summary>
    private const int SignalBase = 128;

    private const int Hangup = 1;
    private const int Interrupt = 2;
    private const int Abort = 6;
    private const int Kill = 9;
    private const int Terminate = 15;

    private const string CountersFile = "/proc/vmstat";
    private const string KillCounter = "oom_kill ";

    /// <param name="exitCode">Of the process, see <see cref="SignalBase"/>.</param>
    /// <param name="killedForMemory">Whether the kernel has killed processes for memory while this one lived.</param>
    /// <param name="lastWords">The end of what it wrote to standard error.</param>
    public static Fault FaultOf(int exitCode, bool killedForMemory, string lastWords)
    {
        int signal = exitCode - SignalBase;
        FailureKind kind = signal switch
        {
            Kill when killedForMemory => FailureKind.OutOfMemory,
            Kill or Terminate or Interrupt or Hangup => FailureKind.NodeLoss,
            Abort when SaysOutOfMemory(lastWords) => FailureKind.OutOfMemory,
            _ => FailureKind.Bug,
        };
        string how = signal > 0 ? $"was ended by signal {signal}" : $"ended with exit code {exitCode}";
        string words = lastWords.Length == 0 ? "" : $" Its last words: {lastWords}";
        string reason = $"The process of the rank {how} before it had told its outcome.{words}";
        return new Fault(kind, reason.Length <= Fault.ReasonLengthMax ? reason : reason[..Fault.ReasonLengthMax]);
    }

    /// <summary>
    /// Processes that the kernel has killed for memory since it started; 0 where it does not say. A process that it kills
    /// ends as by any SIGKILL: only this counter tells the two apart, and not for certain, for it counts all processes.
    /// </summary>
    public static long KillsForMemory()
    {
        if (!File.Exists(CountersFile))
            return 0;
        string? line = File.ReadLines(CountersFile).FirstOrDefault(line => line.StartsWith(KillCounter, StringComparison.Ordinal));
        return line is not null && long.TryParse(line.AsSpan(KillCounter.Length), out long kills) ? kills : 0;
    }

    /// <summary>The runtime aborts when it finds no memory, and says this.</summary>
    private static bool SaysOutOfMemory(string words) =>
        words.Contains("Out of memory", StringComparison.OrdinalIgnoreCase)
        || words.Contains(nameof(OutOfMemoryException), StringComparison.Ordinal)
        || words.Contains("bad_alloc", StringComparison.Ordinal);
}
