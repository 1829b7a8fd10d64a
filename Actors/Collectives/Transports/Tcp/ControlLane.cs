namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>The connection to a peer that carries <see cref="ControlFrame"/>s. Any thread sends, the rank's own receives.</summary>
internal sealed class ControlLane(Connection connection, FrameLink outgoing, FrameLink incoming, int worldSize) : IDisposable
{
    /// <summary>A peer that asks faster is answered late: there is always an end to reading.</summary>
    public const int FramesPerLook = 64;

    private readonly Lock _sending = new();
    private readonly byte[] _unsent = new byte[8 * ControlFrame.BytesMax];
    private readonly byte[] _arrived = new byte[2 * ControlFrame.BytesMax];
    private int _unsentBytes;
    private int _arrivedBytes;

    public Connection Connection => connection;

    /// <summary>The peer has ended the connection; what arrived before may still be read.</summary>
    public bool IsGone { get; private set; }

    /// <summary>
    /// Sends now, as far as the kernel has room, and the rest with the next frame. What finds no room is dropped: thousands of
    /// frames that the peer has not read stand before it, an abort among them if there was one.
    /// </summary>
    public void Send(in ControlFrame frame)
    {
        lock (_sending)
        {
            Flush();
            if (_unsent.Length - _unsentBytes < ControlFrame.BytesMax)
                return;
            _unsentBytes += frame.Write(_unsent.AsSpan(_unsentBytes), outgoing);
            Flush();
        }
    }

    /// <summary>Takes the next frame if it has arrived.</summary>
    public bool TryReceive(out ControlFrame frame, out RingFailure? fault)
    {
        do
        {
            int read = ControlFrame.Read(_arrived.AsSpan(0, _arrivedBytes), incoming, worldSize, out frame, out fault);
            _arrivedBytes -= read;
            _arrived.AsSpan(read, _arrivedBytes).CopyTo(_arrived);
            if (read > 0)
                return true;
        }
        while (fault is null && Fill());
        return false;
    }

    /// <summary>Reads what has come and nobody wants any more.</summary>
    public void ReadAway()
    {
        for (int i = 0; i < FramesPerLook; i++)
        {
            _arrivedBytes = 0;
            if (!Fill())
                return;
        }
    }

    public void Dispose() => connection.Dispose();

    private bool Fill()
    {
        nint received = IsGone ? 0 : Posix.Receive(connection.Descriptor, _arrived.AsSpan(_arrivedBytes));
        if (received == Posix.Gone)
            IsGone = true;
        else
            _arrivedBytes += (int)received;
        return received > 0;
    }

    private void Flush()
    {
        nint sent = _unsentBytes == 0 ? 0 : Posix.Send(connection.Descriptor, _unsent.AsSpan(0, _unsentBytes));
        if (sent <= 0)
            return;
        _unsentBytes -= (int)sent;
        _unsent.AsSpan((int)sent, _unsentBytes).CopyTo(_unsent);
    }
}
