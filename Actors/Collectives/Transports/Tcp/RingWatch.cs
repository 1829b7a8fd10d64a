using Orchestrator.Actors.Collectives.Exchange;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>
/// What a rank knows of the others beside the data: whether the ring has failed, who has left, who is how far. All but
/// <see cref="Fail"/> is for the rank's own thread.
/// </summary>
internal sealed class RingWatch : IDisposable
{
    /// <summary>How long after the end of a connection for data the reason may still come on the one beside it.</summary>
    private static readonly TimeSpan ReasonComesWithin = TimeSpan.FromSeconds(1);

    private readonly RingMember _member;
    private readonly Peer?[] _peers;
    private readonly int _bell = Posix.Bell();
    private readonly Lock _closing = new();
    private RingFailure? _failure;
    private bool _isClosed;

    /// <param name="member">This rank.</param>
    /// <param name="peers">The others; null in this rank's place.</param>
    /// <param name="failures">What has failed already.</param>
    /// <param name="departures">Who has left already.</param>
    public RingWatch(
        RingMember member, Peer?[] peers, IEnumerable<RingFailure> failures, IEnumerable<RingFailure> departures)
    {
        _member = member;
        _peers = peers;
        foreach (RingFailure failure in failures)
            _ = Merge(failure);
        foreach (RingFailure departure in departures)
            Departed(peers[departure.Rank]!, departure);
    }

    /// <summary>Places that <see cref="Await"/> needs in a poll.</summary>
    public int EntryCount => 1 + _peers.Length;

    /// <summary>Operations begun, as this rank tells it.</summary>
    public long Begun { get; set; }

    /// <summary>For whom this rank waits, as it tells it; −1 for nobody.</summary>
    public int WaitsFor { get; set; } = -1;

    public bool HasFailedForAll => Volatile.Read(ref _failure) is { FromOperation: RingFailure.FromTheJoin };

    /// <summary>Whether an operation can no longer succeed.</summary>
    public bool HasFailed(long operation) => Volatile.Read(ref _failure) is { } failure && failure.FromOperation <= operation;

    public void ThrowIfFailed(long operation)
    {
        if (Volatile.Read(ref _failure) is { } failure && failure.FromOperation <= operation)
            throw new CollectiveException(_member.Ring, _member.Token, failure);
    }

    /// <summary>Ends the ring for all ranks, unless it has ended as early or earlier. By any thread.</summary>
    public void Fail(RingFailure failure)
    {
        lock (_closing)
        {
            if (_isClosed || !Merge(failure))
                return;
            foreach (Peer? peer in _peers)
                peer?.Control.Send(ControlFrame.Abort(failure));
            Posix.Ring(_bell);
        }
    }

    /// <summary>Fills in what wakes a sleeping rank.</summary>
    /// <param name="entries"><see cref="EntryCount"/> of them.</param>
    public void Await(Span<Posix.PollEntry> entries)
    {
        entries[0] = new Posix.PollEntry { Descriptor = _bell, Events = Posix.PollIn };
        for (int rank = 0; rank < _peers.Length; rank++)
        {
            int descriptor = _peers[rank] is { Control.IsGone: false } peer ? peer.Control.Connection.Descriptor : -1;
            entries[1 + rank] = new Posix.PollEntry { Descriptor = descriptor, Events = Posix.PollIn };
        }
    }

    /// <summary>Listens to those who have spoken, as a poll of <see cref="Await"/> tells.</summary>
    public void Listen(ReadOnlySpan<Posix.PollEntry> entries)
    {
        if (entries[0].Returned != 0)
            Posix.Silence(_bell);
        for (int rank = 0; rank < _peers.Length; rank++)
        {
            if (entries[1 + rank].Returned != 0)
                ListenTo(_peers[rank]!);
        }
    }

    /// <summary>Looks whether anybody has spoken, for that long at most.</summary>
    public void Look(TimeSpan patience)
    {
        Span<Posix.PollEntry> entries = stackalloc Posix.PollEntry[EntryCount];
        Await(entries);
        if (Posix.Poll(entries, patience))
            Listen(entries);
    }

    /// <summary>A connection for data has ended too early: the ring fails, for the reason that the peer or another rank gives.</summary>
    public void IsGone(Peer peer, Connection connection, long operation)
    {
        Deadline deadline = Deadline.In(ReasonComesWithin);
        do
            Look(deadline.Remaining);
        while (!HasFailed(operation) && !peer.HasLeft && deadline.Remaining > TimeSpan.Zero);
        if (!HasFailed(operation))
            Fail(TcpFailure.Died(peer.Rank, connection.EndReason));
    }

    /// <summary>Asks all how far they are.</summary>
    public void Ask(long operation)
    {
        foreach (Peer? peer in _peers)
            peer?.Control.Send(new ControlFrame(FrameKind.Query, operation, Rank: -1));
    }

    /// <summary>
    /// Whom to blame when the deadline of an operation passes: from the awaited rank on, whoever has said that it waits for another
    /// passes the blame on to that one. Where they wait in a circle, it is the lowest that has not begun, or else the awaited one.
    /// </summary>
    public int LaggardOf(long operation, int awaited)
    {
        int suspect = awaited;
        for (int hop = 0; hop < _peers.Length; hop++)
        {
            if (_peers[suspect]?.Told is not { Kind: FrameKind.Progress } told || told.Operation <= operation || told.Rank < 0)
                return suspect;
            if (told.Rank == _member.Rank)
                break;
            suspect = told.Rank;
        }

        int idle = Array.FindIndex(_peers, peer => peer is not null && peer.Told.Operation <= operation);
        return idle >= 0 ? idle : awaited;
    }

    /// <summary>
    /// No failure is told from now on. The one that stands is told once more, whoever began it: a peer that hears the end of this
    /// rank before it hears the reason must take it neither for a death nor for the beginning.
    /// </summary>
    public void Close()
    {
        lock (_closing)
        {
            _isClosed = true;
            if (Volatile.Read(ref _failure) is not { } failure)
                return;
            foreach (Peer? peer in _peers)
                peer?.Control.Send(ControlFrame.Abort(failure));
        }
    }

    public void Dispose() => Posix.CloseDescriptor(_bell);

    private void ListenTo(Peer peer)
    {
        RingFailure? fault = null;
        for (int i = 0; i < ControlLane.FramesPerLook && peer.Control.TryReceive(out ControlFrame frame, out fault); i++)
            Hear(peer, frame);
        if (fault is null && peer.Control.IsGone && !peer.HasLeft)
            fault = TcpFailure.Died(peer.Rank, peer.Control.Connection.EndReason);
        if (fault is not null)
            Fail(fault);
    }

    private void Hear(Peer peer, in ControlFrame frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.Abort:
                _ = Merge(frame.ToFailure());
                break;
            case FrameKind.Leave:
                Departed(peer, RingFailure.Left(peer.Rank, frame.Operation));
                break;
            case FrameKind.Query:
                peer.Control.Send(new ControlFrame(FrameKind.Progress, Begun, WaitsFor));
                break;
            case FrameKind.Progress:
                peer.Told = frame;
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void Departed(Peer peer, RingFailure departure)
    {
        peer.HasLeft = true;
        _ = Merge(departure);
    }

    /// <summary>Of several failures the one that touches the earliest operation stands, of those the first.</summary>
    /// <returns>Whether it is this one.</returns>
    private bool Merge(RingFailure failure)
    {
        RingFailure? before = Volatile.Read(ref _failure);
        while (before is null || failure.FromOperation < before.FromOperation)
        {
            RingFailure? seen = Interlocked.CompareExchange(ref _failure, failure, before);
            if (ReferenceEquals(seen, before))
                return true;
            before = seen;
        }

        return false;
    }
}
