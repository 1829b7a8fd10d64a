using System.Numerics;

namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Whose contributions a value holds: an immutable set of ranks. Most algorithms add up neighbours, so that a set is kept as
/// a run of ranks, which may go on at 0 after the last, as long as it is one; else as bits.
/// </summary>
internal readonly struct ContributorSet
{
    private const int BitsPerWord = 64;
    private readonly int _worldSize;
    private readonly int _start;
    private readonly ulong[]? _words;

    private ContributorSet(int worldSize, int start, int count)
    {
        (_worldSize, _start, Count) = (worldSize, start, count);
    }

    private ContributorSet(int worldSize, ulong[] words)
    {
        (_worldSize, _words, Count) = (worldSize, words, words.Sum(BitOperations.PopCount));
    }

    public int Count { get; }

    public static ContributorSet Only(int rank, int worldSize) => new(worldSize, rank, 1);

    public bool Contains(int rank) => _words is { } words
        ? ((words[rank / BitsPerWord] >> (rank % BitsPerWord)) & 1) != 0
        : Distance(_start, rank) < Count;

    public bool Overlaps(ContributorSet other)
    {
        if (_words is null && other._words is null)
            return Distance(_start, other._start) < Count || Distance(other._start, _start) < other.Count;

        ulong[] mine = Words();
        ulong[] others = other.Words();
        for (int word = 0; word < mine.Length; word++)
        {
            if ((mine[word] & others[word]) != 0)
                return true;
        }

        return false;
    }

    public ContributorSet Union(ContributorSet other)
    {
        if (_words is null && other._words is null && Count + other.Count <= _worldSize)
        {
            if (Distance(_start, other._start) == Count)
                return new ContributorSet(_worldSize, _start, Count + other.Count);
            if (Distance(other._start, _start) == other.Count)
                return new ContributorSet(_worldSize, other._start, Count + other.Count);
        }

        ulong[] words = [.. Words()];
        ulong[] others = other.Words();
        for (int word = 0; word < words.Length; word++)
            words[word] |= others[word];
        return new ContributorSet(_worldSize, words);
    }

    private int Distance(int from, int to) => to >= from ? to - from : to - from + _worldSize;

    private ulong[] Words()
    {
        if (_words is not null)
            return _words;
        ulong[] words = new ulong[(_worldSize + BitsPerWord - 1) / BitsPerWord];
        for (int index = 0; index < Count; index++)
        {
            int rank = (_start + index) % _worldSize;
            words[rank / BitsPerWord] |= 1UL << (rank % BitsPerWord);
        }

        return words;
    }
}
