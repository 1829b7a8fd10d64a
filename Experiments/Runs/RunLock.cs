namespace Orchestrator.Experiments.Runs;

/// <summary>
/// Holds a run store for one writing process. The lock is the kernel's (flock on Linux): it goes with the process, also
/// through kill −9, so that nothing stale is left to clean up.
/// </summary>
internal sealed class RunLock : IDisposable
{
    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    public static RunLock Take(string directory)
    {
        string path = Path.Combine(directory, "lock");
        try
        {
            return new RunLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
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

    public void Dispose() => _file.Dispose();
}
