using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>
/// The last epochs that are over, by ring, so that whoever comes late is refused at once and told why, instead of waiting
/// for peers that will not come. Bounded: what is forgotten costs the late one its join deadline, and nothing else,
/// since it finds nobody there.
/// </summary>
internal sealed class ClosedEpochs(int capacity)
{
    private readonly Dictionary<string, LinkedListNode<ClosedEpoch>> _byRing = new(StringComparer.Ordinal);
    private readonly LinkedList<ClosedEpoch> _oldestFirst = [];

    public int Count => _byRing.Count;

    public void Close(string ring, long token, RingFailure? failure)
    {
        if (_byRing.Remove(ring, out LinkedListNode<ClosedEpoch>? before))
            _oldestFirst.Remove(before);
        _byRing.Add(ring, _oldestFirst.AddLast(new ClosedEpoch(ring, token, failure)));
        if (_byRing.Count <= capacity)
            return;
        _byRing.Remove(_oldestFirst.First!.Value.Ring);
        _oldestFirst.RemoveFirst();
    }

    /// <summary>Why a member may not join, if its epoch is over or older than one that is.</summary>
    public bool Refuses(string ring, long token, int rank, [NotNullWhen(true)] out RingFailure? why)
    {
        why = null;
        if (!_byRing.TryGetValue(ring, out LinkedListNode<ClosedEpoch>? node) || token > node.Value.Token)
            return false;
        ClosedEpoch closed = node.Value;
        why = token < closed.Token ? RingFailure.Stale(rank, closed.Token) : closed.Failure ?? RingFailure.Over(rank);
        return true;
    }

    private sealed record ClosedEpoch(string Ring, long Token, RingFailure? Failure);
}
