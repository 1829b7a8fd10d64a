namespace Orchestrator.Actors.Collectives.Transports.SharedMemory;

/// <summary>The receiver's end of the ring from one rank to one other.</summary>
internal sealed unsafe class IncomingStream(byte* channel, byte* ring, int ringBytes)
{
    private long _read;
    private long _written;

    /// <summary>Bytes that have come and not been read; more than the ring holds if the sender has gone mad.</summary>
    public long Available
    {
        get
        {
            if (_written == _read)
                _written = Volatile.Read(ref *(long*)(channel + SegmentLayout.WrittenAt));
            return _written - _read;
        }
    }

    /// <summary>Whether <see cref="Available"/> is possible.</summary>
    public bool IsSound => Available is >= 0 and var held && held <= ringBytes && held % FrameHeader.Bytes == 0;

    /// <summary>The header that has come; a copy, which the sender cannot change any more.</summary>
    public FrameHeader Header => *(FrameHeader*)At(_read);

    /// <summary>What lies in one piece, at most so many bytes.</summary>
    public ReadOnlySpan<byte> Peek(long bytesMax)
    {
        long piece = Math.Min(Math.Min(Available, bytesMax), ringBytes - (_read & (ringBytes - 1)));
        return new ReadOnlySpan<byte>(At(_read), (int)piece);
    }

    /// <summary>So many bytes, and what they were padded with, are read. The sender is to be told.</summary>
    public void Release(long bytes) =>
        Volatile.Write(ref *(long*)(channel + SegmentLayout.ReadAt), _read += FrameHeader.Padded(bytes));

    /// <summary>As <see cref="Release"/>, but told with the next one only.</summary>
    public void Skip(long bytes) => _read += FrameHeader.Padded(bytes);

    private byte* At(long position) => ring + (position & (ringBytes - 1));
}
