namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Runs a schedule on sets of contributors instead of numbers, and so proves for every input that it ends, on all
/// ranks, with the contribution of each rank exactly once.
/// </summary>
internal sealed class ScheduleChecker
{
    private readonly Schedule _schedule;
    private readonly ContributorSet[,] _held;
    private readonly Dictionary<(int Rank, int Step), ContributorSet> _sent = [];
    private readonly List<ScheduleFault> _faults = [];

    private ScheduleChecker(Schedule schedule)
    {
        _schedule = schedule;
        _held = new ContributorSet[schedule.WorldSize, schedule.Chunks];
        for (int rank = 0; rank < schedule.WorldSize; rank++)
        {
            for (int chunk = 0; chunk < schedule.Chunks; chunk++)
                _held[rank, chunk] = ContributorSet.Only(rank, schedule.WorldSize);
        }
    }

    /// <summary>Every way in which the schedule fails to leave the sum of all ranks on all ranks; empty when it is right.</summary>
    public static IReadOnlyList<ScheduleFault> Faults(Schedule schedule, SendSemantics semantics)
    {
        ScheduleChecker checker = new(schedule);
        checker.CheckShape(semantics);
        if (checker._faults.Count == 0)
            checker.CheckSums(semantics);
        return checker._faults;
    }

    private void CheckShape(SendSemantics semantics)
    {
        for (int rank = 0; rank < _schedule.WorldSize; rank++)
        {
            for (int step = 0; step < _schedule.ByRank[rank].Length; step++)
                CheckShape(rank, step, _schedule.ByRank[rank][step], semantics);
        }
    }

    private void CheckShape(int rank, int step, Step taken, SendSemantics semantics)
    {
        if (taken.Send is { } send && (!IsPeer(rank, send.To) || !IsChunk(send.Chunk)))
            Report(ScheduleFaultKind.OutOfRange, rank, step, $"sends chunk {send.Chunk} to rank {send.To}");
        if (taken.Receive is { } receive && (!IsPeer(rank, receive.From) || !IsChunk(receive.Chunk)))
            Report(ScheduleFaultKind.OutOfRange, rank, step, $"receives chunk {receive.Chunk} from rank {receive.From}");
        if (semantics == SendSemantics.Rendezvous && taken is { Send: { } sent, Receive: { } got } && sent.Chunk == got.Chunk)
            Report(ScheduleFaultKind.Race, rank, step, $"writes chunk {sent.Chunk} while the peer reads it");
    }

    private void CheckSums(SendSemantics semantics)
    {
        foreach (ScheduleEvent happened in ScheduleWalk.Events(_schedule, semantics))
            Follow(happened);
        for (int rank = 0; rank < _schedule.WorldSize; rank++)
        {
            for (int chunk = 0; chunk < _schedule.Chunks; chunk++)
                CheckEnd(rank, chunk);
        }
    }

    private void Follow(ScheduleEvent happened)
    {
        (ScheduleEventKind kind, int rank, int step, int peer, _) = happened;
        switch (kind)
        {
            case ScheduleEventKind.Start when StepOf(rank, step).Send is { } send:
                _sent[(rank, step)] = _held[rank, send.Chunk];
                break;
            case ScheduleEventKind.Take:
                Take(happened);
                break;
            case ScheduleEventKind.Stuck:
                Report(ScheduleFaultKind.Deadlock, rank, step, "waits for ever");
                break;
            case ScheduleEventKind.NeverTaken:
                Report(ScheduleFaultKind.NeverReceived, rank, step, $"sends to rank {peer}, which does not receive it");
                break;
            default:
                break;
        }
    }

    private void Take(ScheduleEvent taken)
    {
        (_, int rank, int step, int peer, int peerStep) = taken;
        Receive receive = StepOf(rank, step).Receive!.Value;
        int arriving = StepOf(peer, peerStep).Send!.Value.Chunk;
        if (arriving != receive.Chunk)
            Report(ScheduleFaultKind.WrongChunk, rank, step, $"waits for chunk {receive.Chunk} and gets chunk {arriving}");

        ContributorSet sent = _sent[(peer, peerStep)];
        ref ContributorSet held = ref _held[rank, receive.Chunk];
        if (receive.OnArrival == OnArrival.Add && held.Overlaps(sent))
            Report(ScheduleFaultKind.CountedTwice, rank, step, $"adds a contribution to chunk {receive.Chunk} again");
        held = receive.OnArrival == OnArrival.Add ? held.Union(sent) : sent;
    }

    private void CheckEnd(int rank, int chunk)
    {
        int missing = _schedule.WorldSize - _held[rank, chunk].Count;
        if (missing > 0)
            Report(ScheduleFaultKind.Incomplete, rank, step: -1, $"ends without {missing} contributions to chunk {chunk}");
    }

    private bool IsPeer(int rank, int peer) => peer >= 0 && peer < _schedule.WorldSize && peer != rank;

    private bool IsChunk(int chunk) => chunk >= 0 && chunk < _schedule.Chunks;

    private Step StepOf(int rank, int step) => _schedule.ByRank[rank][step];

    private void Report(ScheduleFaultKind kind, int rank, int step, string what) =>
        _faults.Add(new ScheduleFault(kind, rank, step, what));
}

/// <summary>What is wrong at a rank and step; step −1 stands for the end.</summary>
internal sealed record ScheduleFault(ScheduleFaultKind Kind, int Rank, int Step, string What)
{
    public override string ToString() => $"{Kind}: rank {Rank}, step {Step}: {What}";
}

internal enum ScheduleFaultKind
{
    /// <summary>A peer or a chunk that does not exist, or a rank that talks to itself.</summary>
    OutOfRange,

    /// <summary>A step writes the chunk that it sends, while the receiver reads it in place.</summary>
    Race,

    Deadlock,
    NeverReceived,
    WrongChunk,
    CountedTwice,
    Incomplete,
}
