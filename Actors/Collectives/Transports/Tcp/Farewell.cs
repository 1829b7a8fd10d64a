namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>How a rank goes, so that the others learn why.</summary>
internal static class Farewell
{
    /// <summary>What another machine may take to acknowledge the last words, and the pumps of TLS to pass them on.</summary>
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(1);

    /// <summary>Says goodbye and sees that it arrives.</summary>
    /// <param name="peers">To all of these; null is skipped.</param>
    /// <param name="operationsDone">Null: the ring has failed, which has been told.</param>
    /// <remarks>
    /// A connection that is closed while something lies in it unread is reset, and what it had to send is lost. So what has come is
    /// read away, and where the way is long, or there is a tunnel, the rank waits until the last words have arrived. On the same
    /// machine they arrive as they are sent.
    /// </remarks>
    public static void Say(IReadOnlyList<Peer?> peers, long? operationsDone)
    {
        Peer[] all = [.. peers.OfType<Peer>()];
        foreach (Peer peer in all)
        {
            if (operationsDone is { } done)
                peer.Control.Send(new ControlFrame(FrameKind.Leave, done, Rank: -1));
            foreach (Connection connection in peer.Connections)
                connection.EndSending();
        }

        Deadline deadline = Deadline.In(PatienceMax);
        while (all.Any(IsStillSpeaking) && deadline.Remaining > TimeSpan.Zero)
            _ = Posix.Poll([], LookEvery);
        foreach (Peer peer in all)
            peer.Control.ReadAway();
    }

    private static bool IsStillSpeaking(Peer peer) =>
        peer.Connections.Any(connection => connection.IsStillSpeaking(peer.IsOnThisMachine));
}
