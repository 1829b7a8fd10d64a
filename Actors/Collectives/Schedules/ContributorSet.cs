using System.Numerics;

namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>Whose contributions a chunk holds: an immutable set of ranks.</summary>
internal sealed class ContributorSet
{
    private const int BitsPerWord = 64;
    private readonly ulong[] _words;

    private ContributorSet(ulong[] words) => _words = words;

    public int Count => _words.Sum(BitOperations.PopCount);

    public static ContributorSet Only(int rank, int worldSize)
    {
        ulong[] words = new ulong[(worldSize + BitsPerWord - 1) / BitsPerWord];
        words[rank / BitsPerWord] = 1UL << (rank % BitsPerWord);
        return new ContributorSet(words);
    }

    public bool Overlaps(ContributorSet other)
    {
        for (int word = 0; word < _words.Length; word++)
        {
            if ((_words[word] & other._words[word]) != 0)
                return true;
        }

        return false;
    }

    public ContributorSet Union(ContributorSet other)
    {
        ulong[] words = new ulong[_words.Length];
        for (int word = 0; word < words.Length; word++)
            words[word] = _words[word] | other._words[word];
        return new ContributorSet(words);
    }
}
