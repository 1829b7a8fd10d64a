namespace Orchestrator.Actors.Workers;

/// <summary>How many batches a training may still send before one must have been stored.</summary>
internal sealed class RankCredits(int max, CancellationToken abort) : IDisposable
{
    private readonly SemaphoreSlim _free = new(max);

    /// <summary>Waits for a credit. False: the attempt was aborted, and nobody will read what would be sent.</summary>
    public bool Take()
    {
        try
        {
            _free.Wait(abort);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Return() => _free.Release();

    public void Dispose() => _free.Dispose();
}
