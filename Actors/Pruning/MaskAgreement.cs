using System.Collections.Immutable;

namespace Orchestrator.Actors.Pruning;

/// <summary>
/// Whether the ranks of an attempt have the same masks, from reports that come in any order, some of them twice. Holds only
/// reports that some rank still owes.
/// </summary>
internal sealed record MaskAgreement(int WorldSize)
{
    private ImmutableSortedDictionary<int, Round> Open { get; init; } = ImmutableSortedDictionary<int, Round>.Empty;

    /// <summary>Reports of lower number are in from all ranks, and equal.</summary>
    public int Agreed { get; private init; }

    public int OpenRounds => Open.Count;

    /// <returns>What comes of the report; with a disagreement in words if it is not what another rank said.</returns>
    public (MaskAgreement After, string? Disagreement) Add(int rank, int number, long step, string hash)
    {
        if (number < Agreed)
            return (this, null);
        Round round = Open.GetValueOrDefault(number) ?? new Round(rank, step, hash, []);
        if (round.Step != step || round.Hash != hash)
        {
            string disagreement = $"After step {round.Step} rank {round.FirstRank} has masks {round.Hash}, "
                + $"after step {step} rank {rank} has masks {hash}.";
            return (this, disagreement);
        }

        ImmutableSortedDictionary<int, Round> open = Open.SetItem(number, round with { Ranks = round.Ranks.Add(rank) });
        int agreed = Agreed;
        while (open.TryGetValue(agreed, out Round? next) && next.Ranks.Count == WorldSize)
            open = open.Remove(agreed++);
        return (this with { Open = open, Agreed = agreed }, null);
    }

    private sealed record Round(int FirstRank, long Step, string Hash, ImmutableSortedSet<int> Ranks);
}
