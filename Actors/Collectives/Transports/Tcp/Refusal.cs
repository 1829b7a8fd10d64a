namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>Why a member is not accepted, in the words of the one who refuses.</summary>
/// <param name="Reason">What is wrong.</param>
/// <param name="Detail">The refuser's own value of what differs, where one does.</param>
internal readonly record struct Refusal(RefusalReason Reason, long Detail = 0)
{
    /// <summary>What the refused member fails with.</summary>
    /// <param name="self">Its own card.</param>
    /// <param name="by">The rank that refuses.</param>
    public RingFailure ToFailure(MemberCard self, int by) => Reason switch
    {
        RefusalReason.WrongRing => TcpFailure.Refused(by, $"rank {by} belongs to another ring"),
        RefusalReason.OldEpoch => RingFailure.Stale(self.From, Detail),
        RefusalReason.NewEpoch => TcpFailure.Refused(by, $"rank {by} is still in the older epoch {Detail}"),
        RefusalReason.WrongWorldSize =>
            RingFailure.Mismatch(by, $"rank {self.From} counts {self.WorldSize} ranks, rank {by} counts {Detail}"),
        RefusalReason.WrongRank => TcpFailure.Refused(by, $"rank {by} is not the one that was sought at its address"),
        RefusalReason.WrongConnections =>
            RingFailure.Mismatch(by, $"rank {self.From} uses {self.Connections} connections, rank {by} uses {Detail}"),
        RefusalReason.WrongStripes =>
            RingFailure.Mismatch(by, $"rank {self.From} cuts chunks of over {self.StripeBytes} bytes, rank {by} of over {Detail}"),
        RefusalReason.WrongSecret =>
            TcpFailure.Refused(by, $"rank {by} and rank {self.From} do not have the same secret"),
        RefusalReason.AlreadyJoined => RingFailure.AlreadyJoined(self.From),
        RefusalReason.WrongVersion => TcpFailure.Refused(by, $"rank {by} speaks version {Detail} of the protocol, not {FramePrefix.Version}"),
        RefusalReason.Garbage => TcpFailure.Garbage(by, "a handshake that is none"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

internal enum RefusalReason : byte
{
    WrongRing = 1,
    OldEpoch,
    NewEpoch,
    WrongWorldSize,
    WrongRank,
    WrongConnections,
    WrongStripes,
    WrongSecret,
    AlreadyJoined,
    WrongVersion,
    Garbage,
}
