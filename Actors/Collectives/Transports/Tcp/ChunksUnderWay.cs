namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>
/// The chunks on their way to one peer, in order, each cut into parts that travel on connections of their own. Chunks count as
/// sent in order, so that a number under way says which ones they are.
/// </summary>
internal sealed class ChunksUnderWay
{
    private readonly int[] _partsLeft = new int[SendLane.Capacity];
    private int _first;

    public int Count { get; private set; }

    public bool HasRoom => Count < SendLane.Capacity;

    /// <returns>The chunk, for <see cref="PartSent"/>.</returns>
    public int Add(int parts)
    {
        int chunk = (_first + Count) % SendLane.Capacity;
        _partsLeft[chunk] = parts;
        Count++;
        return chunk;
    }

    public void PartSent(int chunk)
    {
        _partsLeft[chunk]--;
        while (Count > 0 && _partsLeft[_first] == 0)
        {
            _first = (_first + 1) % SendLane.Capacity;
            Count--;
        }
    }

    public void Clear() => Count = 0;
}
