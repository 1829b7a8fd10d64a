namespace Orchestrator.Actors.Collectives.Transports;

/// <summary>
/// Whether each rank of this process has a core to itself. Only then does it pay to spin: a rank that spins on a shared
/// core holds up the one that it waits for.
/// </summary>
internal sealed class CoreBudget(int cores)
{
    private int _ranks;

    public bool HasCoreForEachRank => Volatile.Read(ref _ranks) <= cores;

    public void Add() => Interlocked.Increment(ref _ranks);

    public void Remove() => Interlocked.Decrement(ref _ranks);
}
