using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Collectives.Transports.SharedMemory;

/// <summary>
/// Between processes of one machine: a ring in shared memory from each rank to each other, small enough to stay in the
/// cache. The sender copies a chunk in piece by piece, the receiver reduces or copies each piece out as it comes.
/// </summary>
/// <remarks>
/// A waiting rank looks for a while, if the machine has a core for each rank, then offers its core at each look, then sleeps
/// on a futex. It wakes now and then to see whether the other ranks still live.
/// </remarks>
internal sealed unsafe class SharedMemoryTransport : ITransport
{
    /// <summary>Bytes copied into a ring or out of it before the other direction gets its turn.</summary>
    private const int PieceBytes = 16 << 10;

    /// <summary>Bytes read out of another process at once: each call costs about a microsecond.</summary>
    private const int FetchBytes = 64 << 10;

    /// <summary>See <see cref="Doorbell"/> for these two.</summary>
    private const int LooksBeforeYielding = 20;

    private static readonly TimeSpan AwakeMax = TimeSpan.FromMicroseconds(100);
    private static readonly TimeSpan SleepMax = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan DyingMax = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly RingMember _member;
    private readonly SharedSegment _segment;
    private readonly FailureBoard _failures;
    private readonly OutgoingStream?[] _to;
    private readonly IncomingStream?[] _from;
    private readonly TimeSpan _operationDeadline;
    private readonly bool _maySpin;
    private readonly PinnedMemory _staging = new();
    private readonly void* _proof;
    private Deadline _deadline;
    private long _operation;
    private int _sending;
    private bool _isDisposed;

    private SharedMemoryTransport(RingMember member, SharedSegment segment, SharedMemoryOptions options)
    {
        _member = member;
        _segment = segment;
        _operationDeadline = options.OperationDeadline;
        InPlaceBytesMin = options.InPlaceBytesMin;
        _proof = NativeMemory.Alloc(sizeof(long));
        _failures = new FailureBoard(segment.Start, member.WorldSize);
        _to = new OutgoingStream?[member.WorldSize];
        _from = new IncomingStream?[member.WorldSize];
        _maySpin = member.WorldSize <= Environment.ProcessorCount;
    }

    public int Rank => _member.Rank;

    public int WorldSize => _member.WorldSize;

    /// <summary>
    /// From so many bytes on a chunk is not copied through a ring but read where it lies, where the system permits a process to
    /// read another one of the same user (<c>process_vm_readv</c>). Each rank may have its own; to be changed between operations.
    /// </summary>
    public int InPlaceBytesMin { get; set; }

    /// <summary>Whether all other ranks can read this rank's memory.</summary>
    public bool MayBeRead => Enumerable.Range(0, WorldSize).All(to => to == Rank || ReadsInPlace(Rank, to));

    private byte* OwnArea => AreaOf(Rank);

    /// <summary>Meets the other ranks.</summary>
    /// <param name="member">Who joins.</param>
    /// <param name="rendezvous">Where the name of the memory is handed on.</param>
    /// <param name="options">Deadlines, and the bytes of a ring.</param>
    /// <param name="cancellation">Ends the joining only.</param>
    /// <exception cref="CollectiveException">The ring does not come about.</exception>
    public static SharedMemoryTransport Join(
        RingMember member, IRendezvous rendezvous, SharedMemoryOptions options, CancellationToken cancellation)
    {
        SegmentLayout layout = new(member.WorldSize, options.RingBytesFor(member.WorldSize));
        string? name = null;
        SharedMemoryTransport? joined = null;
        bool haveAllJoined = false;
        try
        {
            Deadline deadline = Deadline.In(options.JoinDeadline);
            SharedSegment? made = member.Rank == 0 ? SharedSegment.Create(layout, out name) : null;
            if (made is not null)
                joined = new SharedMemoryTransport(member, made, options);
            name = rendezvous.Exchange(member, name ?? "-", options.JoinDeadline, cancellation)[0];
            joined ??= new SharedMemoryTransport(member, SharedSegment.Open(name, member.Rank, layout), options);
            joined.AwaitAll(deadline, cancellation);
            haveAllJoined = true;
            return joined;
        }
        catch (IOException error)
        {
            throw new CollectiveException(
                member.Ring, member.Token, RingFailure.Aborted(member.Rank, error.Message.TrimEnd('.'), retryHelps: true));
        }
        finally
        {
            if (name is not null && (member.Rank == 0 || !haveAllJoined))
                SharedSegment.RemoveName(name);
            if (!haveAllJoined)
                joined?.Dispose();
        }
    }

    public void Begin()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _operation = *(long*)(OwnArea + SegmentLayout.DoneAt);
        Volatile.Write(ref *(long*)(OwnArea + SegmentLayout.BegunAt), _operation + 1);
        _deadline = Deadline.In(_operationDeadline);
        ThrowIfFailed();
    }

    public void Send(int to, in Envelope envelope, ReadOnlySpan<byte> chunk)
    {
        OutgoingStream stream = _to[to] ??= OpenStreamTo(to);
        bool wasIdle = !stream.HasUncopied;
        byte* start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(chunk));
        if (chunk.Length >= InPlaceBytesMin && ReadsInPlace(Rank, to))
            stream.AddInPlace(new FrameHeader(_operation, envelope, (nint)start));
        else
            stream.Add(new FrameHeader(_operation, envelope), start, chunk.Length);
        if (wasIdle)
            _sending++;
        Advance(to, stream);
    }

    public void Receive(int from, in Envelope expected, Span<byte> target, Reducer? reducer)
    {
        IncomingStream stream = _from[from] ??= new IncomingStream(ChannelOf(from, Rank), RingOf(from, Rank), _segment.Layout.RingBytes);
        FrameHeader header = AwaitHeader(from, stream, expected);
        if (header.Address != 0)
            Fetch(from, header.Address, target, reducer);
        if (header.Address != 0 || expected.Count == 0)
        {
            stream.Release(FrameHeader.Bytes);
            RingBellOf(from);
        }
        else
        {
            stream.Skip(FrameHeader.Bytes);
            CopyOut(from, stream, target, reducer);
        }

        ThrowIfFailed();
    }

    public void AwaitSent(int to, int atMost)
    {
        if (_to[to] is { } stream && stream.CountUnderWay() > atMost)
            Await(to, null, stream, atMost);
    }

    public void End(bool succeeded)
    {
        if (succeeded)
        {
            Volatile.Write(ref *(long*)(OwnArea + SegmentLayout.DoneAt), _operation + 1);
            return;
        }

        if (!HasFailed)
            Fail(RingFailure.Aborted(Rank, "an error in its own part of the operation", retryHelps: false));
        foreach (OutgoingStream? stream in _to)
            stream?.Clear();
        _sending = 0;
    }

    public void Fail(RingFailure failure)
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _failures.Write(Rank, failure);
            RingAllBells();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _failures.Write(Rank, IsComplete
                ? RingFailure.Left(Rank, *(long*)(OwnArea + SegmentLayout.DoneAt))
                : RingFailure.LeftBeforeTheStart(Rank));
            RingAllBells();
            _isDisposed = true;
            NativeMemory.Free(_proof);
            _staging.Dispose();
            _segment.Dispose();
        }
    }

    private bool HasFailed => _failures.Failure is { } failure && failure.FromOperation <= _operation;

    private bool IsComplete => HaveAll(SegmentLayout.ReadyAt);

    private FrameHeader AwaitHeader(int from, IncomingStream stream, in Envelope expected)
    {
        if (stream.Available < FrameHeader.Bytes)
            Await(from, stream, null, 0);
        FrameHeader header = stream.Header;
        if (!stream.IsSound || !header.IsOne)
            FailWith(RingFailure.Garbage(from, "no header where one should be"));
        if (header.Envelope != expected || header.Operation != _operation)
        {
            FailWith(RingFailure.Mismatch(
                from,
                $"rank {from} sends {header.Envelope} in operation {header.Operation}, rank {Rank} expects {expected} in operation {_operation}"));
        }

        return header;
    }

    /// <summary>Takes a chunk out of the ring, piece by piece as it comes.</summary>
    private void CopyOut(int from, IncomingStream stream, Span<byte> target, Reducer? reducer)
    {
        while (target.Length > 0)
        {
            if (stream.Available == 0)
                Await(from, stream, null, 0);
            if (!stream.IsSound)
                FailWith(RingFailure.Garbage(from, $"{stream.Available} bytes in a ring of {_segment.Layout.RingBytes}"));
            ReadOnlySpan<byte> piece = stream.Peek(Math.Min(target.Length, PieceBytes));
            if (reducer is null)
                piece.CopyTo(target);
            else
                reducer.Reduce(target[..piece.Length], piece);
            stream.Release(piece.Length);
            RingBellOf(from);
            target = target[piece.Length..];
            if (_sending > 0)
                AdvanceAll();
        }
    }

    /// <summary>Takes a chunk out of the memory of the peer.</summary>
    private void Fetch(int from, nint address, Span<byte> target, Reducer? reducer)
    {
        int process = ProcessOf(from);
        Span<byte> staging = reducer is null ? default : _staging.OfAtLeast(FetchBytes);
        while (target.Length > 0)
        {
            int bytes = Math.Min(target.Length, FetchBytes);
            Span<byte> into = reducer is null ? target[..bytes] : staging[..bytes];
            if (!LinuxCalls.TryReadMemory(process, address, into))
                FailWithUnreadable(from);
            reducer?.Reduce(target[..bytes], into);
            address += bytes;
            target = target[bytes..];
            if (_sending > 0)
                AdvanceAll();
        }
    }

    /// <summary>A process that dies loses its memory some time before its locks.</summary>
    private void FailWithUnreadable(int from)
    {
        Deadline death = Deadline.In(_deadline.Remaining < DyingMax ? _deadline.Remaining : DyingMax);
        do
        {
            ThrowIfFailed();
            FailIfOneHasDied();
            SleepUnless(() => _failures.HasNews, death);
        }
        while (death.Remaining > TimeSpan.Zero);

        FailWith(RingFailure.Garbage(from, "an address that cannot be read"));
    }

    private OutgoingStream OpenStreamTo(int to)
    {
        try
        {
            _segment.ReserveRing(Rank, to);
        }
        catch (IOException error)
        {
            FailWith(RingFailure.Aborted(Rank, error.Message.TrimEnd('.'), retryHelps: true));
        }

        return new OutgoingStream(ChannelOf(Rank, to), RingOf(Rank, to), _segment.Layout.RingBytes);
    }

    private bool Advance(int to, OutgoingStream stream)
    {
        if (!stream.Advance(PieceBytes))
        {
            CheckIsSound(to, stream);
            return false;
        }

        if (!stream.HasUncopied)
            _sending--;
        RingBellOf(to);
        return true;
    }

    private void CheckIsSound(int to, OutgoingStream stream)
    {
        if (!stream.IsSound)
            FailWith(RingFailure.Garbage(to, "it has read what was never sent"));
    }

    private bool AdvanceAll()
    {
        bool any = false;
        for (int to = 0; to < _to.Length; to++)
        {
            if (_to[to] is { HasUncopied: true } stream)
                any |= Advance(to, stream);
        }

        return any;
    }

    /// <summary>
    /// Waits until something has come from a peer or, without an incoming stream, until few enough sends to the peer are under
    /// way. Meanwhile all sends go on.
    /// </summary>
    private void Await(int peer, IncomingStream? incoming, OutgoingStream? outgoing, int atMost)
    {
        long began = 0;
        for (int look = 0; ; look++)
        {
            if (_sending > 0 && AdvanceAll())
                look = 0;
            if (incoming is not null ? incoming.Available != 0 : outgoing!.CountUnderWay() <= atMost)
                return;
            if (outgoing is not null)
                CheckIsSound(peer, outgoing);
            if (_failures.HasNews)
                ThrowIfFailed();
            if (look == 0)
                began = Stopwatch.GetTimestamp();
            if (_maySpin && look < LooksBeforeYielding)
                Thread.SpinWait(1);
            else if (Stopwatch.GetElapsedTime(began) < AwakeMax)
                Thread.Yield();
            else
                Sleep(peer, incoming, outgoing, atMost);
        }
    }

    private void Sleep(int peer, IncomingStream? incoming, OutgoingStream? outgoing, int atMost)
    {
        if (_deadline.Remaining == TimeSpan.Zero)
            FailWith(RingFailure.Late(SlowestIn(_operation, peer), _operation, _deadline.Length));
        FailIfOneHasDied();
        SleepUnless(
            () => _failures.HasNews
                || (incoming is not null ? incoming.Available != 0 : outgoing!.CountUnderWay() <= atMost)
                || _to.Any(stream => stream is { CanAdvance: true }),
            _deadline);
        ThrowIfFailed();
    }

    /// <summary>Sleeps until the bell rings, unless there is a reason not to.</summary>
    private void SleepUnless(Func<bool> isAwaited, Deadline deadline)
    {
        uint* bell = (uint*)(OwnArea + SegmentLayout.BellAt);
        uint rung = Volatile.Read(ref *bell);
        Volatile.Write(ref *(int*)(OwnArea + SegmentLayout.SleepsAt), 1);
        Interlocked.MemoryBarrier();
        if (!isAwaited())
            LinuxCalls.FutexWait(bell, rung, deadline.Remaining < SleepMax ? deadline.Remaining : SleepMax);
        Volatile.Write(ref *(int*)(OwnArea + SegmentLayout.SleepsAt), 0);
    }

    private void RingBellOf(int rank)
    {
        // Orders what was written before the look at whether the rank sleeps; SleepUnless does the reverse.
        Interlocked.MemoryBarrier();
        byte* area = AreaOf(rank);
        if (Volatile.Read(ref *(int*)(area + SegmentLayout.SleepsAt)) == 0)
            return;
        Interlocked.Increment(ref *(uint*)(area + SegmentLayout.BellAt));
        LinuxCalls.FutexWake((uint*)(area + SegmentLayout.BellAt));
    }

    private void RingAllBells()
    {
        for (int rank = 0; rank < WorldSize; rank++)
            RingBellOf(rank);
    }

    private void FailIfOneHasDied()
    {
        for (int rank = 0; rank < WorldSize; rank++)
        {
            if (rank == Rank || _segment.IsAlive(rank))
                continue;

            // One that has left has said so before it let go.
            ThrowIfFailed();
            if (_failures.Failures.Any(failure => failure.Kind is CollectiveFailure.Left or CollectiveFailure.Died && failure.Rank == rank))
                continue;

            // It may have done its part of this operation before.
            Fail(RingFailure.Died(rank, Volatile.Read(ref *(long*)(AreaOf(rank) + SegmentLayout.DoneAt))));
            ThrowIfFailed();
        }
    }

    /// <summary>Whom all wait for: the lowest rank that has not begun the operation. If all have, it is the awaited peer.</summary>
    private int SlowestIn(long operation, int awaitedPeer)
    {
        for (int rank = 0; rank < WorldSize; rank++)
        {
            if (Volatile.Read(ref *(long*)(AreaOf(rank) + SegmentLayout.BegunAt)) <= operation)
                return rank;
        }

        return awaitedPeer;
    }

    private void AwaitAll(Deadline deadline, CancellationToken cancellation)
    {
        LinuxCalls.AllowReading();
        *(long*)_proof = ProofOf(Rank);
        *(int*)(OwnArea + SegmentLayout.ProcessAt) = Environment.ProcessId;
        *(long*)(OwnArea + SegmentLayout.ProofAt) = (long)_proof;
        Volatile.Write(ref *(int*)(OwnArea + SegmentLayout.JoinedMarkAt), 1);
        AwaitAllAt(SegmentLayout.JoinedAt, deadline, cancellation);
        for (int from = 0; from < WorldSize; from++)
            *(int*)(ChannelOf(from, Rank) + SegmentLayout.ReadsInPlaceAt) = CanRead(from) ? 1 : 0;
        AwaitAllAt(SegmentLayout.ReadyAt, deadline, cancellation);
    }

    /// <summary>Counts this rank in, and waits for all others.</summary>
    private void AwaitAllAt(int counter, Deadline deadline, CancellationToken cancellation)
    {
        Interlocked.Increment(ref *(int*)(_segment.Start + counter));
        RingAllBells();
        while (!HaveAll(counter))
        {
            if (cancellation.IsCancellationRequested)
                Fail(RingFailure.Cancelled(Rank));
            cancellation.ThrowIfCancellationRequested();
            if (_failures.Failure is { } failure)
                throw Exception(failure);
            if (deadline.Remaining == TimeSpan.Zero)
                FailWith(RingFailure.NeverJoined(FirstAbsent(), deadline.Length));
            if (FirstDeadAmongJoined() is { } dead)
                FailWith(RingFailure.DiedBeforeTheStart(dead));
            SleepUnless(() => HaveAll(counter) || _failures.HasNews, deadline);
        }
    }

    private bool HaveAll(int counter) => Volatile.Read(ref *(int*)(_segment.Start + counter)) == WorldSize;

    /// <summary>
    /// Whether this process may read the peer's memory, and really reads the peer's: process numbers may mean others where
    /// the ranks live in different containers.
    /// </summary>
    private bool CanRead(int from)
    {
        nint proof = (nint)(*(long*)(AreaOf(from) + SegmentLayout.ProofAt));
        Span<byte> found = stackalloc byte[sizeof(long)];
        return LinuxCalls.TryReadMemory(ProcessOf(from), proof, found) && BitConverter.ToInt64(found) == ProofOf(from);
    }

    private long ProofOf(int rank) => *(long*)(_segment.Start + SegmentLayout.NonceAt) + rank;

    private bool ReadsInPlace(int from, int to) => *(int*)(ChannelOf(from, to) + SegmentLayout.ReadsInPlaceAt) != 0;

    private int ProcessOf(int rank) => *(int*)(AreaOf(rank) + SegmentLayout.ProcessAt);

    private int? FirstDeadAmongJoined()
    {
        for (int rank = 0; rank < WorldSize; rank++)
        {
            if (rank != Rank && HasJoined(rank) && !_segment.IsAlive(rank) && !_failures.HasNews)
                return rank;
        }

        return null;
    }

    private bool HasJoined(int rank) => Volatile.Read(ref *(int*)(AreaOf(rank) + SegmentLayout.JoinedMarkAt)) != 0;

    private int FirstAbsent()
    {
        for (int rank = 0; rank < WorldSize; rank++)
        {
            if (!HasJoined(rank))
                return rank;
        }

        return WorldSize - 1;
    }

    private void FailWith(RingFailure failure)
    {
        Fail(failure);
        throw Exception(_failures.Failure ?? failure);
    }

    private void ThrowIfFailed()
    {
        if (_failures.Failure is { } failure && failure.FromOperation <= _operation)
            throw Exception(failure);
    }

    private CollectiveException Exception(RingFailure failure) => new(_member.Ring, _member.Token, failure);

    private byte* AreaOf(int rank) => _segment.Start + SegmentLayout.RankAt(rank);

    private byte* ChannelOf(int from, int to) => _segment.Start + _segment.Layout.ChannelAt(from, to);

    private byte* RingOf(int from, int to) => _segment.Start + _segment.Layout.RingAt(from, to);
}
