namespace Orchestrator.Actors.Collectives.Transports;

/// <summary>
/// From one rank to one other, in order: mailboxes in a circle, each with room for one chunk, which stays in the sender's
/// memory.
/// </summary>
internal sealed class Channel
{
    /// <summary>A power of two. So many sends may be under way before a sender has to wait.</summary>
    private const int Mailboxes = 8;

    private readonly Mailbox[] _mailboxes = [.. Enumerable.Range(0, Mailboxes).Select(_ => new Mailbox())];

    /// <summary>Written by the sender only.</summary>
    private Counter _sent;

    /// <summary>Written by the receiver only.</summary>
    private Counter _received;

    /// <summary>Sender: whether another chunk may be posted.</summary>
    public bool HasRoom => HasAtMost(Mailboxes - 1);

    /// <summary>Receiver: the next chunk's place, full or not.</summary>
    public Mailbox Arriving => _mailboxes[_received.Value % Mailboxes];

    /// <summary>Sender: whether at most so many sends are under way. They are taken in order, so that one look tells.</summary>
    public bool HasAtMost(int underWay) =>
        underWay >= Mailboxes || _sent.Value <= underWay || _mailboxes[(_sent.Value - underWay - 1) % Mailboxes].IsEmpty;

    /// <summary>Sender, when there is room.</summary>
    public void Post(in Envelope envelope, nint chunk)
    {
        _mailboxes[_sent.Value % Mailboxes].Post(envelope, chunk);
        _sent.Value++;
    }

    /// <summary>Receiver: the next chunk has been read.</summary>
    public void Release()
    {
        Arriving.Release();
        _received.Value++;
    }

    /// <summary>Sender, once nothing will be received any more: takes back what nobody has begun to read and waits for the rest.</summary>
    public void Withdraw()
    {
        foreach (Mailbox mailbox in _mailboxes)
            mailbox.Withdraw();
    }

    /// <summary>In a cache line of its own, so that the sender's count does not hold up the receiver.</summary>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Explicit, Size = 128)]
    private struct Counter
    {
        [System.Runtime.InteropServices.FieldOffset(64)]
        public long Value;
    }
}
