namespace Orchestrator.Actors.Collectives.Transports.SharedMemory;

/// <summary>
/// The sender's end of the ring from one rank to one other: copies chunks in, in order, as far as there is room.
/// </summary>
internal sealed unsafe class OutgoingStream(byte* channel, byte* ring, int ringBytes)
{
    private readonly Queue<Chunk> _underWay = new();
    private Chunk _current;
    private bool _isBusy;
    private long _written;
    private long _read;

    /// <summary>Chunks that have not been copied in whole.</summary>
    public int UnderWay => _underWay.Count + (_isBusy ? 1 : 0);

    /// <summary>Whether there is something to copy and room for it.</summary>
    public bool CanAdvance => _isBusy && Room() > 0;

    /// <summary>Whether what the receiver says to have read, when it was last looked at, is possible.</summary>
    public bool IsSound => _written - _read is >= 0 and var held && held <= ringBytes && held % FrameHeader.Bytes == 0;

    /// <param name="header">What stands before the chunk.</param>
    /// <param name="chunk">Stays where it is until it has been copied.</param>
    /// <param name="bytes">Of the chunk.</param>
    public void Add(in FrameHeader header, byte* chunk, long bytes)
    {
        Chunk added = new() { Header = header, Next = chunk, Left = bytes };
        if (_isBusy)
            _underWay.Enqueue(added);
        else
            (_current, _isBusy) = (added, true);
    }

    /// <summary>Copies at most so many bytes.</summary>
    /// <returns>Whether anything was copied: the receiver is to be told.</returns>
    public bool Advance(int bytesMax)
    {
        if (!_isBusy)
            return false;
        long room = Room();
        long written = _written;
        if (!_current.IsBegun && room >= FrameHeader.Bytes)
        {
            *(FrameHeader*)At(_written) = _current.Header;
            _written += FrameHeader.Bytes;
            room -= FrameHeader.Bytes;
            _current.IsBegun = true;
        }

        while (_current.IsBegun && _current.Left > 0 && room > 0 && bytesMax > 0)
        {
            int bytes = (int)Math.Min(Math.Min(_current.Left, bytesMax), Math.Min(room, ringBytes - (_written & (ringBytes - 1))));
            Buffer.MemoryCopy(_current.Next, At(_written), bytes, bytes);
            long padded = FrameHeader.Padded(bytes);
            _written += padded;
            room -= padded;
            _current.Next += bytes;
            _current.Left -= bytes;
            bytesMax -= bytes;
        }

        if (_current.IsBegun && _current.Left == 0)
            _isBusy = _underWay.TryDequeue(out _current);
        if (_written == written)
            return false;
        Volatile.Write(ref *(long*)(channel + SegmentLayout.WrittenAt), _written);
        return true;
    }

    /// <summary>Forgets what has not been copied.</summary>
    public void Clear()
    {
        _underWay.Clear();
        _isBusy = false;
    }

    /// <summary>Zero also where the receiver claims to have read what was never there.</summary>
    private long Room()
    {
        if (ringBytes - (_written - _read) < ringBytes / 2)
            _read = Volatile.Read(ref *(long*)(channel + SegmentLayout.ReadAt));
        return IsSound ? ringBytes - (_written - _read) : 0;
    }

    private byte* At(long position) => ring + (position & (ringBytes - 1));

    private struct Chunk
    {
        public FrameHeader Header;
        public byte* Next;
        public long Left;
        public bool IsBegun;
    }
}
