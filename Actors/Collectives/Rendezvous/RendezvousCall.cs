using System.Security.Cryptography;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Collectives.Rendezvous;

/// <summary>One rank's call of <see cref="TcpRendezvous"/>.</summary>
/// <param name="member">Who calls.</param>
/// <param name="address">Where it listens.</param>
/// <param name="secret">What only members know.</param>
/// <param name="deadline">How long all may take.</param>
internal sealed class RendezvousCall(RingMember member, string address, ReadOnlyMemory<byte> secret, TimeSpan deadline)
{
    /// <summary>The connections of a rendezvous are not those of the ring: one cannot be taken for the other.</summary>
    private readonly byte[] _ring = RingTag.Of("rendezvous of " + member.Ring);

    public RingMember Member => member;

    public string Address => address;

    public ReadOnlyMemory<byte> Secret => secret;

    public TimeSpan Deadline => deadline;

    /// <summary>What has stood in the way; a clause, or empty.</summary>
    public string LastSeen { get; set; } = "";

    /// <summary>The lowest rank that is not known to have come.</summary>
    public int FirstMissing { get; set; } = member.Rank == 0 ? Math.Min(1, member.WorldSize - 1) : 0;

    /// <summary>How this rank introduces itself.</summary>
    public MemberCard Card => new(
        _ring,
        member.Token,
        member.WorldSize,
        member.Rank,
        To: -1,
        Connection: 0,
        Connections: 1,
        StripeBytes: 0,
        Machine: new byte[MemberCard.MachineBytes],
        RandomNumberGenerator.GetBytes(MemberCard.NonceBytes));

    /// <summary>What is wrong with another; null: it belongs to the same epoch of the same ring.</summary>
    public Refusal? FaultOf(MemberCard other)
    {
        if (Membership.FaultOf(Card, other with { To = member.Rank }) is not { } fault)
            return null;
        return fault.Reason == RefusalReason.WrongRank && other.From == member.Rank ? new Refusal(RefusalReason.AlreadyJoined) : fault;
    }

    public FrameLink LinkTo(int rank) => new(RingTag.ShortOf(member.Ring), member.Token, member.Rank, rank);

    public FrameLink LinkFrom(int rank) => new(RingTag.ShortOf(member.Ring), member.Token, rank, member.Rank);

    public CollectiveException Failed(RingFailure failure) => new(member.Ring, member.Token, failure);
}
