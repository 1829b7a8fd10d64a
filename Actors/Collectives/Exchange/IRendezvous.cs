namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>Where the ranks of one epoch of a ring find each other.</summary>
public interface IRendezvous
{
    /// <summary>Publishes this rank's address and waits for those of all ranks.</summary>
    /// <param name="member">Who publishes.</param>
    /// <param name="address">One line of text, at most 1,024 characters.</param>
    /// <param name="deadline">How long to wait, &gt; 0.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>All addresses, in the order of ranks.</returns>
    /// <exception cref="CollectiveException">A rank did not come within the deadline, or the epoch is over.</exception>
    /// <exception cref="OperationCanceledException">This rank was told to stop.</exception>
    IReadOnlyList<string> Exchange(RingMember member, string address, TimeSpan deadline, CancellationToken cancellation);
}

/// <summary>One rank of one epoch of a ring.</summary>
/// <param name="Ring">The ring's name, the same for all ranks.</param>
/// <param name="Token">The epoch: the fencing token of the attempt.</param>
/// <param name="Rank">0 ≤ rank &lt; world size.</param>
/// <param name="WorldSize">Number of ranks, ≥ 1.</param>
public readonly record struct RingMember(string Ring, long Token, int Rank, int WorldSize);
