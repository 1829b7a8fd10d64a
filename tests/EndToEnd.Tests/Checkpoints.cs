namespace Orchestrator.EndToEnd.Tests;

/// <summary>Watches a run's checkpoints from outside, as a file is written aside and renamed.</summary>
internal static class Checkpoints
{
    private const string Whole = "checkpoint-*.safetensors";
    private const string Aside = "checkpoint-*.writing";

    /// <summary>Returns once a checkpoint is there, or the program has ended.</summary>
    public static Task FirstAsync(string runs, Program program) => WaitAsync(runs, Whole, program);

    /// <summary>Returns while a checkpoint is being written, if this process is quick enough; or when the program has ended.</summary>
    public static Task NextWriteAsync(string runs, Program program) => WaitAsync(runs, Aside, program);

    /// <summary>Checkpoints that a kill left half written.</summary>
    public static int HalfWritten(string runs) => Find(runs, Aside);

    /// <summary>Looks without pause: a write lasts a millisecond or two. On a thread of its own, not one of the pool.</summary>
    private static Task WaitAsync(string runs, string pattern, Program program)
    {
        int before = pattern == Aside ? Find(runs, pattern) : 0;
        return Task.Factory.StartNew(
            () =>
            {
                while (!program.HasExited && Find(runs, pattern) <= before)
                {
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    private static int Find(string runs, string pattern)
    {
        try
        {
            return Directory.Exists(runs) ? Directory.EnumerateFiles(runs, pattern, SearchOption.AllDirectories).Count() : 0;
        }
        catch (DirectoryNotFoundException)
        {
            return 0; // a folder went while it was listed
        }
    }
}
