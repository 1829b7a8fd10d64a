using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Collectives.Transports;

/// <summary>
/// From one rank to one other, in order: mailboxes in a circle, each with room for one chunk.
/// </summary>
/// <remarks>
/// A chunk of a long buffer stays in the sender's memory. That of a short one, which lies in the sender's own cache, is copied
/// into a circle of bytes: the sender need not wait for the receiver, and lines that the receiver has read are not written
/// again soon. (To write a line that another core holds costs more than to copy it.)
/// </remarks>
internal sealed class Channel
{
    /// <summary>A power of two. So many sends may be under way before a sender has to wait.</summary>
    private const int Mailboxes = 8;

    private const int LineBytes = 64;

    /// <summary>A chunk of which the circle does not hold so many stays where it is.</summary>
    private const int CopiesMin = 4;

    /// <summary>Of a core's own cache, about. Two ranks, 64 KiB to 1 MiB: half the time with copies; 4 MiB: twice.</summary>
    private const long CopiedBufferBytesMax = 1 << 20;

    private readonly Mailbox[] _mailboxes = [.. Enumerable.Range(0, Mailboxes).Select(_ => new Mailbox())];
    private readonly SendersView _sender;

    /// <summary>Chunks that have been read. Written by the receiver only, who needs no other's word to read it.</summary>
    private Counter _received;

    /// <param name="copyBytes">Of the circle for copies; a power of two. It is made when first needed.</param>
    public Channel(int copyBytes) => _sender = new SendersView(copyBytes, copyBytes / CopiesMin);

    /// <summary>Sender: whether another chunk may be posted.</summary>
    public bool HasRoom => _sender.Sent - _sender.Received < Mailboxes || _sender.Sent - LookForReceived() < Mailboxes;

    /// <summary>Receiver: the next chunk's place, full or not.</summary>
    public Mailbox Arriving => _mailboxes[_received.Value % Mailboxes];

    /// <summary>
    /// Sender: whether at most so many sends are under way, which are the last ones. What has been copied is not under way,
    /// unless something before it is.
    /// </summary>
    public bool HasAtMost(int underWay)
    {
        long wanted = _sender.Sent - underWay;
        if (_sender.Done < wanted)
            LookForReceived();
        while (_sender.Done < wanted && (_sender.Done < _sender.Received || _sender.IsCopy[_sender.Done % Mailboxes]))
            _sender.Done++;
        return _sender.Done >= wanted;
    }

    /// <summary>Sender, when there is room.</summary>
    public unsafe void Post(in Envelope envelope, ReadOnlySpan<byte> chunk)
    {
        long slot = _sender.Sent % Mailboxes;
        bool isShort = envelope.Length * envelope.Type.Bytes() <= CopiedBufferBytesMax;
        Span<byte> copy = isShort ? RoomForCopy(chunk.Length) : default;
        bool isCopy = !copy.IsEmpty;
        if (isCopy)
            chunk.CopyTo(copy);
        ref byte start = ref isCopy ? ref MemoryMarshal.GetReference(copy) : ref MemoryMarshal.GetReference(chunk);
        _sender.IsCopy[slot] = isCopy;
        _sender.CopyEnds[slot] = _sender.Copied;
        _mailboxes[slot].Post(envelope, (nint)Unsafe.AsPointer(ref start));
        _sender.Sent++;
    }

    /// <summary>Receiver: the next chunk has been read.</summary>
    public void Release()
    {
        Arriving.Release();
        Volatile.Write(ref _received.Value, _received.Value + 1);
    }

    /// <summary>
    /// Sender, whose memory must not be read any more: takes back what nobody has begun to read and waits for the rest. What
    /// has been copied stays: it may belong to an operation that has succeeded here, and which the receiver is still in.
    /// </summary>
    public void Withdraw()
    {
        for (int slot = 0; slot < Mailboxes; slot++)
        {
            if (!_sender.IsCopy[slot])
                _mailboxes[slot].Withdraw();
        }
    }

    private long LookForReceived() => _sender.Received = Volatile.Read(ref _received.Value);

    /// <summary>In one piece; empty if there is none, or the chunk is to stay where it is.</summary>
    private Span<byte> RoomForCopy(int bytes)
    {
        if (bytes == 0 || bytes > _sender.CopiedBytesMax)
            return default;
        long start = _sender.Copied;
        long behind = start % _sender.CopyBytes;
        if (behind + bytes > _sender.CopyBytes)
            start += _sender.CopyBytes - behind;
        long end = (start + bytes + LineBytes - 1) / LineBytes * LineBytes;
        if (end - FirstByteInUse() > _sender.CopyBytes)
            return default;
        _sender.Copied = end;
        return _sender.Copies.Value.AsSpan((int)(start % _sender.CopyBytes), bytes);
    }

    /// <summary>What stands in the oldest chunk that has not been read begins where the one before it ends.</summary>
    private long FirstByteInUse()
    {
        long received = LookForReceived();
        return received == 0 ? 0 : _sender.CopyEnds[(received - 1) % Mailboxes];
    }

    /// <summary>In a cache line of its own, so that the receiver's count does not hold up the sender.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 2 * CacheLines.Bytes)]
    private struct Counter
    {
        [FieldOffset(CacheLines.Bytes)]
        public long Value;
    }

    /// <summary>What only the sender looks at.</summary>
    private sealed class SendersView(int copyBytes, int copiedBytesMax)
    {
        public readonly Lazy<byte[]> Copies = new(() => GC.AllocateUninitializedArray<byte>(copyBytes, pinned: true));
        public readonly int CopyBytes = copyBytes;
        public readonly int CopiedBytesMax = copiedBytesMax;

        /// <summary>Of each mailbox: whether its chunk is a copy, and where that ends, in bytes ever copied.</summary>
        public readonly bool[] IsCopy = new bool[Mailboxes];

        public readonly long[] CopyEnds = new long[Mailboxes];

        public long Sent;
        public long Copied;

        /// <summary>Of those sent, how many are known to have been read.</summary>
        public long Received;

        /// <summary>And how many, from the first on, are no longer under way.</summary>
        public long Done;
    }
}
