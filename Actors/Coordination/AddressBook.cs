using System.Collections.Immutable;
using static Orchestrator.Actors.Coordination.RendezvousProtocol;

namespace Orchestrator.Actors.Coordination;

/// <summary>
/// The addresses that the ranks of gangs have published, by the token of the attempt: the pure half of the rendezvous. Of
/// each gang it holds the round under way and, for those who have not heard of its end, the one before.
/// </summary>
internal sealed record AddressBook
{
    public static readonly AddressBook Empty = new();

    private AddressBook()
    {
    }

    private ImmutableDictionary<long, Gang> Gangs { get; init; } = ImmutableDictionary<long, Gang>.Empty;

    /// <summary>Gangs with addresses.</summary>
    public int Count => Gangs.Count;

    /// <summary>Takes note of an address. What a rank has published in a round it cannot take back.</summary>
    /// <param name="worldSize">Of the attempt, the same in each call with its token.</param>
    public Entry Add(PublishAddress published, int worldSize)
    {
        Gang gang = Gangs.GetValueOrDefault(published.Token) ?? Gang.OfSize(worldSize);
        if (published.Rank < 0 || published.Rank >= worldSize)
            return Refuse($"There is no rank {published.Rank} among {worldSize}.");
        if (!IsAddress(published.Address))
            return Refuse($"An address is one line of 1 to {AddressLengthMax} characters.");
        if (published.Round == gang.Round - 1 && gang.Before is { } before)
            return new Entry(this, IsNew: false, before, null);
        if (published.Round != gang.Round)
            return Refuse($"Round {published.Round} is not that of the gang, {gang.Round}.");
        if (gang.Addresses[published.Rank] is { } known && known != published.Address)
            return Refuse($"Rank {published.Rank} has published `{known}` already.");
        Gang after = gang.With(published.Rank, published.Address);
        AddressBook book = this with { Gangs = Gangs.SetItem(published.Token, after) };
        return after.Round > gang.Round ? new Entry(book, IsNew: true, after.Before, null) : new Entry(book, IsNew: false, null, null);
    }

    /// <summary>The attempt is over.</summary>
    public AddressBook Remove(long token) => this with { Gangs = Gangs.Remove(token) };

    private Entry Refuse(string why) => new(this, IsNew: false, null, why);

    /// <summary>What comes of an address.</summary>
    /// <param name="IsNew">Whether it was the last that lacked: all ranks are to hear of the round. Otherwise only the one that asked.</param>
    /// <param name="Complete">By rank; null while some rank's is missing.</param>
    /// <param name="Refusal">Why it has no effect; null if it has.</param>
    internal readonly record struct Entry(AddressBook After, bool IsNew, ImmutableArray<string>? Complete, string? Refusal);

    /// <param name="Round">The one under way.</param>
    /// <param name="Addresses">Of that round, by rank; null: not there yet.</param>
    /// <param name="Before">Those of the round before; null in the first.</param>
    private sealed record Gang(int Round, ImmutableArray<string?> Addresses, ImmutableArray<string>? Before)
    {
        public static Gang OfSize(int worldSize) => new(0, ImmutableArray.Create(new string?[worldSize]), null);

        public Gang With(int rank, string address)
        {
            ImmutableArray<string?> addresses = Addresses.SetItem(rank, address);
            return addresses.Contains(null)
                ? this with { Addresses = addresses }
                : OfSize(addresses.Length) with { Round = Round + 1, Before = [.. addresses.Select(one => one!)] };
        }
    }
}
