namespace Orchestrator.Actors.Collectives.Transports.SharedMemory;

/// <summary>
/// The sender's end of the ring from one rank to one other. A short chunk is copied in, as far as there is room; of a long
/// one only its address, if the receiver can read it there.
/// </summary>
internal sealed unsafe class OutgoingStream(byte* channel, byte* ring, int ringBytes)
{
    /// <summary>Sends under way, in order; a circle.</summary>
    private Chunk[] _chunks = new Chunk[16];

    private int _oldest;
    private int _count;

    /// <summary>Of those, how many, from the oldest on, lie in the ring in whole.</summary>
    private int _copied;

    private long _written;
    private long _read;

    /// <summary>Whether something is still to be copied in.</summary>
    public bool HasUncopied => _copied < _count;

    /// <summary>Whether there is something to copy and room for it.</summary>
    public bool CanAdvance => HasUncopied && Room() > 0;

    /// <summary>Whether what the receiver says to have read, when it was last looked at, is possible.</summary>
    public bool IsSound => _written - _read is >= 0 and var held && held <= ringBytes && held % FrameHeader.Bytes == 0;

    /// <summary>
    /// Chunks whose memory may not be written yet. They are done in order: the count tells which.
    /// </summary>
    public int CountUnderWay()
    {
        if (_count > 0 && _chunks[_oldest].IsInPlace)
            LookForRead();
        while (_copied > 0 && _chunks[_oldest].EndsAt <= _read && IsSound)
        {
            _oldest = (_oldest + 1) & (_chunks.Length - 1);
            _count--;
            _copied--;
        }

        return _count;
    }

    /// <summary>The chunk itself is to be copied in.</summary>
    /// <param name="header">What stands before the chunk.</param>
    /// <param name="chunk">Stays where it is, unchanged, while the chunk is under way.</param>
    /// <param name="bytes">Of the chunk.</param>
    public void Add(in FrameHeader header, byte* chunk, long bytes) =>
        Add(new Chunk { Header = header, Next = chunk, Left = bytes });

    /// <summary>The receiver reads the chunk where it lies.</summary>
    /// <param name="header">Says where.</param>
    public void AddInPlace(in FrameHeader header) => Add(new Chunk { Header = header, IsInPlace = true });

    /// <summary>Copies at most so many bytes, a multiple of <see cref="FrameHeader.Bytes"/>.</summary>
    /// <returns>Whether anything was copied: the receiver is to be told.</returns>
    public bool Advance(int bytesMax)
    {
        long before = _written;
        while (HasUncopied)
        {
            ref Chunk chunk = ref _chunks[(_oldest + _copied) & (_chunks.Length - 1)];
            bytesMax -= Copy(ref chunk, bytesMax);
            if (!chunk.IsBegun || chunk.Left > 0)
                break;
            chunk.EndsAt = chunk.IsInPlace ? _written : 0;
            _copied++;
        }

        if (_written == before)
            return false;
        Volatile.Write(ref *(long*)(channel + SegmentLayout.WrittenAt), _written);
        return true;
    }

    /// <summary>Forgets what has not been copied.</summary>
    public void Clear() => (_oldest, _count, _copied) = (0, 0, 0);

    private void Add(in Chunk chunk)
    {
        if (_count > 0)
            CountUnderWay();
        if (_count == _chunks.Length)
            Grow();
        _chunks[(_oldest + _count) & (_chunks.Length - 1)] = chunk;
        _count++;
    }

    private void Grow()
    {
        var larger = new Chunk[2 * _chunks.Length];
        for (int i = 0; i < _count; i++)
            larger[i] = _chunks[(_oldest + i) & (_chunks.Length - 1)];
        (_chunks, _oldest) = (larger, 0);
    }

    /// <summary>Copies whole lines, except at the end of the chunk: the receiver finds no gaps but there.</summary>
    /// <returns>Bytes that it took in the ring, without the header.</returns>
    private int Copy(ref Chunk chunk, int bytesMax)
    {
        long room = Room();
        if (!chunk.IsBegun && room >= FrameHeader.Bytes)
        {
            *(FrameHeader*)At(_written) = chunk.Header;
            _written += FrameHeader.Bytes;
            room -= FrameHeader.Bytes;
            chunk.IsBegun = true;
        }

        int copied = 0;
        while (chunk.IsBegun && chunk.Left > 0 && room > 0 && copied < bytesMax)
        {
            long inOnePiece = Math.Min(room, ringBytes - (_written & (ringBytes - 1)));
            int bytes = (int)Math.Min(Math.Min(chunk.Left, bytesMax - copied), inOnePiece);
            Buffer.MemoryCopy(chunk.Next, At(_written), bytes, bytes);
            long padded = FrameHeader.Padded(bytes);
            _written += padded;
            room -= padded;
            chunk.Next += bytes;
            chunk.Left -= bytes;
            copied += (int)padded;
        }

        return copied;
    }

    /// <summary>Zero also where the receiver claims to have read what was never there.</summary>
    private long Room()
    {
        if (ringBytes - (_written - _read) < ringBytes / 2)
            LookForRead();
        return IsSound ? ringBytes - (_written - _read) : 0;
    }

    private void LookForRead() => _read = Volatile.Read(ref *(long*)(channel + SegmentLayout.ReadAt));

    private byte* At(long position) => ring + (position & (ringBytes - 1));

    private struct Chunk
    {
        public FrameHeader Header;
        public byte* Next;
        public long Left;
        public bool IsInPlace;
        public bool IsBegun;

        /// <summary>The chunk is done when the receiver has read up to here; known once it has been copied.</summary>
        public long EndsAt;
    }
}
