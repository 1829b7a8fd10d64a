namespace Orchestrator.Actors.Collectives.Transports;

/// <summary>
/// Room for one chunk on its way from one rank to one other, which stays in the sender's memory.
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

    private int _state;
    private Envelope _envelope;
    private nint _chunk;

    public bool IsEmpty => Volatile.Read(ref _state) == Empty;

    public bool IsPosted => Volatile.Read(ref _state) == Posted;

    /// <summary>Sender, on an empty mailbox.</summary>
    public void Post(in Envelope envelope, nint chunk)
    {
        _envelope = envelope;
        _chunk = chunk;
        Volatile.Write(ref _state, Posted);
    }

    /// <summary>Receiver: from now until <see cref="Release"/> the chunk may be read. False if there is none.</summary>
    public bool TryClaim(out Envelope envelope, out nint chunk)
    {
        bool claimed = Interlocked.CompareExchange(ref _state, Reading, Posted) == Posted;
        (envelope, chunk) = claimed ? (_envelope, _chunk) : default;
        return claimed;
    }

    /// <summary>Receiver, after a claim.</summary>
    public void Release() => Volatile.Write(ref _state, Empty);

    /// <summary>Sender: takes back what has not been claimed. What has been is only read, never waited for, so that it ends.</summary>
    public void Withdraw()
    {
        SpinWait untilRead = default;
        while (Interlocked.CompareExchange(ref _state, Empty, Posted) == Reading)
            untilRead.SpinOnce();
    }
}
