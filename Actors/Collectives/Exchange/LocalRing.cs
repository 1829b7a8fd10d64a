using Orchestrator.Actors.Collectives.Transports;

namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>
/// Who is in one epoch of a ring. The rendezvous changes it under its lock only; <see cref="AwaitAll"/> waits outside.
/// </summary>
internal sealed class LocalRing(string ring, long token, int worldSize, CoreBudget cores)
{
    private readonly Member[] _members = new Member[worldSize];
    private int _joined;
    private int _left;

    private enum Standing
    {
        Absent,
        Present,
        Gone,
    }

    public InProcessWires Wires { get; } = new(ring, token, worldSize, cores);

    public long Token => token;

    public int WorldSize => worldSize;

    /// <summary>All that ever joined have left: nobody will come back.</summary>
    public bool IsDeserted => _joined == _left;

    private bool IsComplete => Volatile.Read(ref _joined) == worldSize;

    public void Join(int rank, CancellationToken cancellation)
    {
        if (_members[rank].Standing != Standing.Absent)
            throw Wires.Exception(RingFailure.AlreadyJoined(rank));
        _members[rank].Standing = Standing.Present;
        _members[rank].Cancellation = cancellation.UnsafeRegister(
            static state =>
            {
                (InProcessWires wires, int rank) = ((InProcessWires, int))state!;
                wires.Fail(RingFailure.Cancelled(rank));
            },
            (Wires, rank));
        cores.Add();
        Volatile.Write(ref _joined, _joined + 1);
        Wires.RingAll();
    }

    /// <summary>Waits until all ranks have joined.</summary>
    public void AwaitAll(int rank, TimeSpan joinDeadline)
    {
        Deadline deadline = Deadline.In(joinDeadline);
        bool came = Wires.DoorbellOf(rank).Wait(
            this, static ring => ring.IsComplete || ring.Wires.Failure is not null, deadline, spin: false);
        if (!came && FirstAbsent() is int absent and >= 0)
            Wires.Fail(RingFailure.NeverJoined(absent, joinDeadline));
        if (Wires.Failure is { FromOperation: RingFailure.FromTheJoin } failure)
            throw Wires.Exception(failure);
    }

    /// <summary>A rank that is not a member does not leave.</summary>
    public void Leave(int rank)
    {
        if (_members[rank].Standing != Standing.Present)
            return;
        _members[rank].Standing = Standing.Gone;
        _members[rank].Cancellation.Unregister();
        cores.Remove();
        _left++;
        Wires.Fail(IsComplete
            ? RingFailure.Left(rank, Wires.OperationsDone(rank))
            : RingFailure.LeftBeforeTheStart(rank));
    }

    public void Evict(RingFailure failure)
    {
        Wires.Fail(failure);
        for (int rank = 0; rank < worldSize; rank++)
            Leave(rank);
    }

    /// <summary>−1 if the last one has come after all.</summary>
    private int FirstAbsent() => Array.FindIndex(_members, member => member.Standing == Standing.Absent);

    private struct Member
    {
        public Standing Standing;
        public CancellationTokenRegistration Cancellation;
    }
}
