using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>
/// Between processes, on one machine or several: a connection for data between each two ranks, or more, and one beside it for
/// failures and farewells, which never waits behind data.
/// </summary>
/// <remarks>
/// <para>
/// The rank's own thread does everything. Whatever it waits for, it goes round: push what the kernel takes of the sends under
/// way, pull what has arrived of the chunk that is awaited; if neither moves, look again for a while, then sleep in poll(2) on
/// all of it. Chunks that nobody awaits yet stay in the kernel, whose windows then hold up their sender.
/// </para>
/// <para>
/// A send is no longer under way when the kernel has the last of its bytes. So a rank may be done with an operation before its peers
/// are, and what is wrong with a chunk reaches its sender in a later operation, or not at all if there is none.
/// </para>
/// </remarks>
internal sealed unsafe class TcpTransport : ITransport
{
    /// <summary>
    /// Half of a core's cache of 512 KiB or more: what is reduced is read out of it. A quarter costs more calls; from twice as
    /// much on, the staging memory and the kernel's buffers drive each other out.
    /// </summary>
    private const int StagingBytes = 256 << 10;

    /// <summary>Rounds in which something moved, between two looks at the control connections and the clock.</summary>
    private const int RoundsBetweenLooks = 64;

    /// <summary>Before the deadline, so that it is known whom to blame when it passes.</summary>
    private static readonly TimeSpan AsksBefore = TimeSpan.FromSeconds(1);

    /// <summary>How long after the end of a data connection the reason may still come on the one beside it.</summary>
    private static readonly TimeSpan ReasonComesWithin = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FarewellMax = TimeSpan.FromSeconds(1);

    private readonly RingMember _member;
    private readonly TcpOptions _options;
    private readonly Peer?[] _peers;
    private readonly List<(Peer Peer, SendLane Lane)> _pushing = [];
    private readonly Posix.PollEntry[] _entries;
    private readonly byte* _staging = (byte*)NativeMemory.AlignedAlloc(StagingBytes, 4096);
    private readonly int _bell = Posix.Bell();
    private readonly Lock _disposing = new();
    private readonly Patience _patience;
    private RingFailure? _failure;
    private bool _isDisposed;

    private Deadline _deadline;
    private bool _hasAsked;
    private long _operation;
    private long _done;
    private int _rounds;

    /// <summary>For whom this rank waits; −1 for nobody.</summary>
    private int _awaited = -1;

    /// <summary>How many of the awaited peer's lanes carry the chunk that is awaited; 0: what is awaited is not a chunk.</summary>
    private int _pulling;

    private TcpTransport(RingMember member, TcpOptions options, Peer?[] peers)
    {
        _member = member;
        _options = options;
        _peers = peers;
        _entries = new Posix.PollEntry[1 + peers.Length + (peers.Length * options.Connections) + options.Connections];
        int ranksHere = 1 + peers.Count(peer => peer is { IsOnThisMachine: true });
        _patience = new Patience(options.Spin ?? ranksHere <= Environment.ProcessorCount);
    }

    public int Rank => _member.Rank;

    public int WorldSize => _member.WorldSize;

    /// <summary>Joins a ring and waits until all its ranks have.</summary>
    /// <param name="member">This rank.</param>
    /// <param name="rendezvous">Where the ranks tell each other where they listen.</param>
    /// <param name="options">How they reach each other.</param>
    /// <param name="cancellation">Ends the joining.</param>
    /// <exception cref="CollectiveException">The ring does not come about, or not with this member.</exception>
    /// <exception cref="OperationCanceledException">This rank was told to stop.</exception>
    public static TcpTransport Join(RingMember member, IRendezvous rendezvous, TcpOptions options, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
            throw new PlatformNotSupportedException("This transport speaks to Linux, 64-bit.");
        ArgumentException.ThrowIfNullOrEmpty(member.Ring);
        ArgumentOutOfRangeException.ThrowIfLessThan(member.WorldSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(member.WorldSize, ushort.MaxValue);
        ArgumentOutOfRangeException.ThrowIfNegative(member.Rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(member.Rank, member.WorldSize);
        options.Validate();

        using TcpJoin join = new(member, options, cancellation);
        TcpTransport transport = new(member, options, join.Run(rendezvous));
        foreach (RingFailure departure in join.Departures)
        {
            transport._peers[departure.Rank]!.HasLeft = true;
            _ = transport.Merge(departure);
        }

        return transport;
    }

    public void Begin()
    {
        _operation = _done;
        _deadline = Deadline.In(_options.OperationDeadline);
        _hasAsked = false;
        LookAtControls(TimeSpan.Zero);
        ThrowIfFailed();
    }

    public void Send(int to, in Envelope envelope, ReadOnlySpan<byte> chunk)
    {
        Peer peer = PeerOf(to);
        if (!peer.UnderWay.HasRoom)
            AwaitSent(to, SendLane.Capacity - 1);
        int parts = PartsOf(envelope);
        int slot = peer.UnderWay.Add(parts);
        byte* first = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(chunk));
        for (int part = 0; part < parts; part++)
        {
            (long start, long bytes) = StripeOf(envelope, part, parts);
            SendLane lane = peer.Sending[part];
            bool wasIdle = lane.IsIdle;
            lane.Add(new DataFrame(peer.Outgoing, _operation, peer.ChunksSent, (byte)part, envelope), first + start, bytes, slot);
            if (!wasIdle)
                continue;
            _ = lane.Push(peer.UnderWay);
            if (!lane.IsIdle)
                _pushing.Add((peer, lane));
        }

        peer.ChunksSent++;
    }

    public void Receive(int from, in Envelope expected, Span<byte> target, Reducer? reducer)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(target.Length, expected.Bytes, nameof(target));
        Peer peer = PeerOf(from);
        int parts = PartsOf(expected);
        byte* first = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(target));
        for (int part = 0; part < parts; part++)
        {
            (long start, long bytes) = StripeOf(expected, part, parts);
            DataFrame frame = new(peer.Incoming, _operation, peer.ChunksReceived, (byte)part, expected);
            peer.Receiving[part].Expect(frame, first + start, bytes, reducer);
        }

        peer.ChunksReceived++;
        (_awaited, _pulling) = (from, parts);
        while (HasToPull(peer))
            GoRound(peer);
        (_awaited, _pulling) = (-1, 0);
    }

    public void AwaitSent(int to, int atMost)
    {
        Peer peer = PeerOf(to);
        _awaited = to;
        while (peer.UnderWay.Count > atMost)
            GoRound(peer);
        _awaited = -1;
    }

    public void End(bool succeeded)
    {
        if (succeeded)
        {
            foreach (Peer? peer in _peers)
            {
                if (peer is not null)
                    AwaitSent(peer.Rank, 0);
            }

            _done++;
            return;
        }

        if (!HasFailed)
            Fail(RingFailure.Aborted(Rank, "an error in its own part of the operation", retryHelps: false));
        ForgetAddresses();
    }

    /// <inheritdoc/>
    public void Fail(RingFailure failure)
    {
        lock (_disposing)
        {
            if (_isDisposed || !Merge(failure))
                return;
            foreach (Peer? peer in _peers)
                peer?.Control.Send(ControlFrame.Abort(failure));
            Posix.Ring(_bell);
        }
    }

    public void Dispose()
    {
        lock (_disposing)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
        }

        Farewell.Say(_peers, _failure is { FromOperation: RingFailure.FromTheJoin } ? null : _done, FarewellMax);
        foreach (Peer? peer in _peers)
            peer?.Dispose();
        NativeMemory.AlignedFree(_staging);
        Posix.CloseDescriptor(_bell);
    }

    private bool HasFailed => Volatile.Read(ref _failure) is { } failure && failure.FromOperation <= _operation;

    private Peer PeerOf(int rank) => _peers[rank] ?? throw new ArgumentException($"Rank {rank} is this one.", nameof(rank));

    private int PartsOf(in Envelope envelope) => envelope.Bytes > _options.StripeBytes ? _options.Connections : 1;

    /// <summary>In bytes; at the boundaries of elements.</summary>
    private static (long Start, long Bytes) StripeOf(in Envelope envelope, int part, int parts)
    {
        long start = (long)envelope.Count * part / parts;
        long end = (long)envelope.Count * (part + 1) / parts;
        int elementBytes = envelope.Type.Bytes();
        return (start * elementBytes, (end - start) * elementBytes);
    }

    private bool HasToPull(Peer peer)
    {
        for (int part = 0; part < _pulling; part++)
        {
            if (!peer.Receiving[part].IsDone)
                return true;
        }

        return false;
    }

    /// <summary>One round of all that is under way; if nothing moves, waits until something can.</summary>
    private void GoRound(Peer peer)
    {
        bool moved = Move(peer);
        if (moved && ++_rounds % RoundsBetweenLooks != 0)
            return;
        if (!moved && _patience.Spin(this, peer))
            return;
        if (moved)
            LookAtControls(TimeSpan.Zero);
        else
            Sleep(peer);
        ThrowIfFailed();
        WatchTheClock(peer.Rank);
    }

    private bool Move(Peer peer)
    {
        bool moved = false;
        for (int part = 0; part < _pulling; part++)
        {
            ReceiveLane lane = peer.Receiving[part];
            if (lane.IsDone)
                continue;
            moved |= lane.Pull(new Span<byte>(_staging, StagingBytes));
            if (lane.Fault is { } fault)
                FailNow(fault);
            if (lane.IsGone && !lane.IsDone)
                IsGone(peer, lane.Connection);
        }

        for (int i = _pushing.Count - 1; i >= 0; i--)
        {
            (Peer to, SendLane lane) = _pushing[i];
            moved |= lane.Push(to.UnderWay);
            if (lane.IsGone)
                IsGone(to, lane.Connection);
            if (lane.IsIdle)
                _pushing.RemoveAt(i);
        }

        return moved;
    }
}
