namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>What two cards that meet mean for their owners.</summary>
internal static class Membership
{
    /// <summary>What is wrong with a member that has proven to know the secret; null: it is the one that is sought.</summary>
    /// <param name="self">This member's card.</param>
    /// <param name="peer">The other's.</param>
    public static Refusal? FaultOf(MemberCard self, MemberCard peer)
    {
        if (!self.Ring.AsSpan().SequenceEqual(peer.Ring))
            return new Refusal(RefusalReason.WrongRing);
        if (peer.Token != self.Token)
            return new Refusal(peer.Token < self.Token ? RefusalReason.OldEpoch : RefusalReason.NewEpoch, self.Token);
        if (peer.WorldSize != self.WorldSize)
            return new Refusal(RefusalReason.WrongWorldSize, self.WorldSize);
        if (peer.From < 0 || peer.From >= self.WorldSize || peer.To != self.From || peer.From == self.From)
            return new Refusal(RefusalReason.WrongRank);
        if (peer.Connections != self.Connections || peer.Connection >= peer.Connections)
            return new Refusal(RefusalReason.WrongConnections, self.Connections);
        return peer.StripeBytes == self.StripeBytes ? null : new Refusal(RefusalReason.WrongStripes, self.StripeBytes);
    }

    /// <summary>
    /// Whether a handshake that came to nothing ends the joining; null: it was a stranger, or a leftover of another epoch, and the
    /// right one may still come.
    /// </summary>
    /// <param name="handshake">It is over and there is a refusal.</param>
    /// <param name="self">This member's card.</param>
    /// <param name="sought">The rank that this member has connected to; null: it has been connected to.</param>
    public static RingFailure? FailureOf(Handshake handshake, MemberCard self, int? sought)
    {
        Refusal refusal = handshake.Refusal!.Value;
        // An address that came from the rendezvous should lead to a member. Nobody else has a say before the proof.
        bool isMember = handshake.IsProven || (sought is not null && refusal.Reason is RefusalReason.WrongSecret or RefusalReason.WrongVersion);
        if (!isMember || handshake.Peer is not { } peer)
            return sought is { } rank && isMember ? refusal.ToFailure(self, rank) : null;
        return handshake.IsRefusedByPeer ? AsRefused(refusal, self, sought ?? peer.From) : AsRefuser(refusal, self, peer, sought);
    }

    private static RingFailure? AsRefused(Refusal refusal, MemberCard self, int by) => refusal.Reason switch
    {
        RefusalReason.WrongRing or RefusalReason.NewEpoch or RefusalReason.WrongRank or RefusalReason.Garbage => null,
        _ => refusal.ToFailure(self, by),
    };

    private static RingFailure? AsRefuser(Refusal refusal, MemberCard self, MemberCard peer, int? sought) => refusal.Reason switch
    {
        RefusalReason.NewEpoch when sought is null => RingFailure.Superseded(peer.From, peer.Token),
        RefusalReason.NewEpoch => RingFailure.Stale(self.From, peer.Token),
        RefusalReason.WrongWorldSize => RingFailure.Mismatch(
            peer.From, $"rank {peer.From} counts {peer.WorldSize} ranks, rank {self.From} counts {self.WorldSize}"),
        RefusalReason.WrongConnections => RingFailure.Mismatch(
            peer.From, $"rank {peer.From} uses {peer.Connections} connections, rank {self.From} uses {self.Connections}"),
        RefusalReason.WrongStripes => RingFailure.Mismatch(
            peer.From,
            $"rank {peer.From} cuts chunks of over {peer.StripeBytes} bytes, rank {self.From} of over {self.StripeBytes}"),
        RefusalReason.WrongSecret when sought is { } rank => refusal.ToFailure(self, rank),
        _ => null,
    };
}
