namespace Orchestrator.Experiments.Runs;

/// <summary>
/// Holds a run store for one writing process. The lock is the kernel's (flock on Linux): it goes with the process, also
/// through kill −9, so that nothing stale is left to clean up.
/// </summary>
internal sealed class RunLock : IDisposable
{
    /// <summary>A reader's probe (<see cref="IsTaken"/>) holds the file for microseconds: no reason to give up at once.</summary>
    private const int Attempts = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    public static RunLock Take(string directory)
    {
        try
        {
            return new RunLock(Open(Path.Combine(directory, "lock")));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw StoreFaults.From(exception, directory);
        }
        catch (IOException exception) when (!StoreFaults.IsDisk(exception))
        {
            throw new RunStoreException(
                RunStoreFault.InUse,
                $"`{directory}` is in use by another process that runs this sweep. Wait for it, or stop it first.",
                exception);
        }
        catch (IOException exception)
        {
            throw StoreFaults.From(exception, directory);
        }
    }

    /// <summary>Asks without taking: opens the file as a reader, which only a writer's lock refuses.</summary>
    public static bool IsTaken(string directory)
    {
        try
        {
            using var probe = new FileStream(Path.Combine(directory, "lock"), FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw StoreFaults.From(exception, directory);
        }
        catch (IOException exception) when (StoreFaults.IsDisk(exception))
        {
            throw StoreFaults.From(exception, directory);
        }
        catch (IOException)
        {
            return true;
        }
    }

    public void Dispose() => _file.Dispose();

    private static FileStream Open(string path)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (attempt < Attempts && !StoreFaults.IsDisk(exception))
            {
                using var never = new ManualResetEventSlim();
                _ = never.Wait(Pause);
            }
        }
    }
}
