using System.Runtime.InteropServices;

namespace Orchestrator.Actors.Collectives.Transports;

/// <summary>
/// Room for one chunk on its way from one rank to one other, wherever that lies.
/// </summary>
/// <remarks>
/// <code>
///            Post                TryClaim               Release
///   Empty ─────────▶ Posted ─────────────▶ Reading ─────────────▶ Empty
///     ▲   (sender)     │       (receiver)            (receiver)
///     └────────────────┘
///     Withdraw (sender)
/// </code>
/// The claim makes a failure safe: a sender that gives up either takes its chunk back before the receiver reads it, or
/// waits until the receiver is done. No rank returns to its caller, who may free the buffer, while a peer reads it.
/// </remarks>
internal sealed class Mailbox
{
    private const int Empty = 0;
    private const int Posted = 1;
    private const int Reading = 2;

    private Slot _slot;

    public bool IsEmpty => Volatile.Read(ref _slot.State) == Empty;

    public bool IsPosted => Volatile.Read(ref _slot.State) == Posted;

    /// <summary>Sender, on an empty mailbox.</summary>
    /// <param name="envelope">What the chunk says of itself.</param>
    /// <param name="chunk">Where it lies.</param>
    public void Post(in Envelope envelope, nint chunk)
    {
        _slot.Envelope = envelope;
        _slot.Chunk = chunk;
        Volatile.Write(ref _slot.State, Posted);
    }

    /// <summary>Receiver: from now until <see cref="Release"/> the chunk may be read. False if there is none.</summary>
    public bool TryClaim(out Envelope envelope, out nint chunk)
    {
        bool claimed = Interlocked.CompareExchange(ref _slot.State, Reading, Posted) == Posted;
        (envelope, chunk) = claimed ? (_slot.Envelope, _slot.Chunk) : default;
        return claimed;
    }

    /// <summary>Receiver, after a claim.</summary>
    public void Release() => Volatile.Write(ref _slot.State, Empty);

    /// <summary>Sender: takes back what has not been claimed. What has been is only read, never waited for, so that it ends.</summary>
    public void Withdraw()
    {
        SpinWait untilRead = default;
        while (Interlocked.CompareExchange(ref _slot.State, Empty, Posted) == Reading)
            untilRead.SpinOnce();
    }

    /// <summary>In cache lines of its own: two ranks write here in turns, and others must not suffer from it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 2 * CacheLines.Bytes)]
    private struct Slot
    {
        [FieldOffset(CacheLines.Bytes)]
        public int State;

        [FieldOffset(CacheLines.Bytes + 8)]
        public nint Chunk;

        [FieldOffset(CacheLines.Bytes + 16)]
        public Envelope Envelope;
    }
}
