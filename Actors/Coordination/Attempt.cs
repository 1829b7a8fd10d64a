using System.Collections.Immutable;

namespace Orchestrator.Actors.Coordination;

/// <summary>An attempt under way.</summary>
/// <param name="Workers">By rank.</param>
/// <param name="Ends">Of the ranks that have ended.</param>
/// <param name="Fault">Why it was aborted; null if it was not.</param>
internal sealed record Attempt(
    long Token, ImmutableArray<string> Workers, ImmutableSortedDictionary<int, RankEnd> Ends, Fault? Fault)
{
    public Attempt(long token, ImmutableArray<string> workers)
        : this(token, workers, ImmutableSortedDictionary<int, RankEnd>.Empty, null)
    {
    }

    public int WorldSize => Workers.Length;

    public bool IsOver => Ends.Count == WorldSize;

    public IEnumerable<string> UnfinishedWorkers
    {
        get
        {
            for (int rank = 0; rank < WorldSize; rank++)
            {
                if (!Ends.ContainsKey(rank))
                    yield return Workers[rank];
            }
        }
    }

    /// <summary>
    /// What the attempt comes to once all ranks have ended. Rank 0 decides if it came to a result: then all ranks had done
    /// their part of the last exchange and agreed on the masks, and the result is on disk; what befell another rank later
    /// changes nothing in it. Otherwise the failure that the others follow from counts.
    /// </summary>
    public RankEnd Conclusion()
    {
        RankEnd leader = Ends[0];
        if (leader.Kind is RankEndKind.Completed or RankEndKind.Diverged)
            return leader;
        if (Fault is not null)
            return RankEnd.Failed(Fault);
        Fault? cause = Ends.Values
            .Select(end => end.Failure)
            .OfType<Fault>()
            .MinBy(failure => failure.Kind == FailureKind.PeerLoss);
        if (cause is not null)
            return RankEnd.Failed(cause);
        return Ends.Values.All(end => end.Kind == RankEndKind.Stopped)
            ? RankEnd.Stopped
            : RankEnd.Failed(FailureKind.Bug, "Rank 0 stopped, but another rank trained to the end.");
    }
}
