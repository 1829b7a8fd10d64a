using System.Collections.Immutable;
using Orchestrator.Actors.Serialization;

namespace Orchestrator.Actors.Coordination;

/// <summary>
/// How the ranks of a gang find each other: each tells the coordinator where it can be reached, and hears where all can.
/// </summary>
/// <remarks>
/// Nothing of it is kept in the journal: an attempt does not outlive its coordinator. Both messages may be lost or come
/// twice: an address is said again until the answer is there, and answered again when it is said again. What bears a token
/// that is not that of the attempt under way has no effect.
/// </remarks>
internal static class RendezvousProtocol
{
    /// <summary>Characters of an address: a host and a port or the name of a file, with room to spare.</summary>
    public const int AddressLengthMax = 1024;

    public static bool IsAddress(string text) => text.Length is > 0 and <= AddressLengthMax && !text.Contains('\n', StringComparison.Ordinal);

    /// <param name="Round">Counts the exchanges of an attempt from 0: a rank begins one when the one before is complete.</param>
    internal sealed record PublishAddress(string Trial, long Token, int Rank, int Round, string Address) : IWireMessage;

    /// <summary>To every worker of the gang, once all of its ranks have published.</summary>
    /// <param name="Addresses">By rank.</param>
    internal sealed record AddressesPublished(string Trial, long Token, int Round, ImmutableArray<string> Addresses)
        : IWireMessage;
}
