using Orchestrator.Actors.Collectives.Exchange;

namespace Orchestrator.Actors.Collectives.Rendezvous;

/// <summary>What every rendezvous takes, and no more.</summary>
internal static class RendezvousLimits
{
    /// <summary>Each rank reads a line of each other: far more would want another kind of rendezvous.</summary>
    public const int WorldSizeMax = 4096;

    public const int AddressCharactersMax = 1024;

    public static void Check(RingMember member, string address, TimeSpan deadline)
    {
        ArgumentException.ThrowIfNullOrEmpty(member.Ring, nameof(member));
        ArgumentOutOfRangeException.ThrowIfLessThan(member.WorldSize, 1, nameof(member));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(member.WorldSize, WorldSizeMax, nameof(member));
        ArgumentOutOfRangeException.ThrowIfNegative(member.Rank, nameof(member));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(member.Rank, member.WorldSize, nameof(member));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deadline, TimeSpan.FromMilliseconds(int.MaxValue));
        if (!IsAddress(address))
            throw new ArgumentException($"An address is one line of at most {AddressCharactersMax} characters.", nameof(address));
    }

    public static bool IsAddress(string text) => text.Length <= AddressCharactersMax && !text.Any(char.IsControl);
}
