namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>Another rank as this one sees it: the connections to it and what has gone over them.</summary>
/// <param name="rank">Its rank.</param>
/// <param name="isOnThisMachine">Whether it competes for the same cores.</param>
/// <param name="control">The connection beside the data.</param>
/// <param name="data">The connections for data.</param>
/// <param name="outgoing">From here to it.</param>
/// <param name="incoming">From it to here.</param>
internal sealed class Peer(
    int rank, bool isOnThisMachine, ControlLane control, Connection[] data, FrameLink outgoing, FrameLink incoming) : IDisposable
{
    public int Rank => rank;

    public bool IsOnThisMachine => isOnThisMachine;

    public ControlLane Control => control;

    public SendLane[] Sending { get; } = [.. data.Select(connection => new SendLane(connection))];

    public ReceiveLane[] Receiving { get; } = [.. data.Select(connection => new ReceiveLane(connection))];

    public IEnumerable<Connection> Connections => [Control.Connection, .. data];

    /// <summary>Chunks on their way to the peer.</summary>
    public ChunksUnderWay UnderWay { get; } = new();

    public FrameLink Outgoing => outgoing;

    public FrameLink Incoming => incoming;

    public long ChunksSent { get; set; }

    public long ChunksReceived { get; set; }

    /// <summary>It has left in order.</summary>
    public bool HasLeft { get; set; }

    /// <summary>What it last said of its progress.</summary>
    public ControlFrame Told { get; set; }

    /// <summary>Forgets the addresses of what is under way. The connections are of no use any more.</summary>
    public void Forget()
    {
        UnderWay.Clear();
        foreach (SendLane lane in Sending)
            lane.Clear();
        foreach (ReceiveLane lane in Receiving)
            lane.Clear();
    }

    public void Dispose()
    {
        Control.Dispose();
        foreach (SendLane lane in Sending)
            lane.Dispose();
        foreach (ReceiveLane lane in Receiving)
            lane.Dispose();
    }
}
