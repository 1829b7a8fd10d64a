namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Proves a schedule for every input, by running it on symbols instead of numbers: it ends, on all ranks, with each
/// contribution exactly where and as often as the goal says, with the same bits on all ranks, over any transport.
/// </summary>
/// <remarks>
/// Three proofs, each on the ground of the one before. Shape: each step speaks of ranks, chunks and places that exist.
/// Races (<see cref="SendRaces"/>): what a receiver takes is what was sent. Then the walk (<see cref="ScheduleWalk"/>)
/// carries sums of contributors (<see cref="SumTable"/>) from place to place.
/// </remarks>
internal sealed class ScheduleChecker
{
    /// <summary>The value of a place that holds nothing of use.</summary>
    private const int Nothing = -1;

    private readonly Schedule _schedule;
    private readonly SumTable _sums;
    private readonly int[][] _home;
    private readonly (int Chunk, int Value)[][] _scratch;
    private readonly List<ScheduleFault> _faults = [];

    private ScheduleChecker(Schedule schedule)
    {
        _schedule = schedule;
        _sums = new SumTable(schedule.WorldSize);
        _home = [.. Enumerable.Range(0, schedule.WorldSize).Select(rank => AtStart(schedule, rank))];
        _scratch = [.. _home.Select(_ => Enumerable.Repeat((0, Nothing), schedule.Scratch).ToArray())];
    }

    /// <summary>Every way in which the schedule fails to do what its goal says; empty when it is right.</summary>
    public static IReadOnlyList<ScheduleFault> Faults(Schedule schedule)
    {
        List<ScheduleFault> faults = [.. ScheduleShape.Faults(schedule)];
        if (faults.Count == 0)
            faults.AddRange(SendRaces.Of(schedule));
        if (faults.Count > 0)
            return faults;
        return schedule.Goal.Kind == CollectiveKind.Barrier
            ? BarrierChecker.Faults(schedule)
            : new ScheduleChecker(schedule).Run();
    }

    /// <summary>The fault that a walk tells of, if this is one.</summary>
    internal static ScheduleFault? FaultOf(ScheduleEvent happened) => happened.Kind switch
    {
        ScheduleEventKind.Stuck => new(ScheduleFaultKind.Deadlock, happened.Rank, happened.Step, "waits for ever"),
        ScheduleEventKind.NeverTaken =>
            new(ScheduleFaultKind.NeverReceived, happened.Rank, happened.Step, "sends what its peer does not receive"),
        _ => null,
    };

    private static int[] AtStart(Schedule schedule, int rank)
    {
        int[] home = new int[schedule.Chunks];
        for (int chunk = 0; chunk < home.Length; chunk++)
            home[chunk] = HasAtStart(schedule, rank, chunk) ? SumTable.Of(rank) : Nothing;
        return home;
    }

    private static bool HasAtStart(Schedule schedule, int rank, int chunk) => schedule.Goal.Kind switch
    {
        CollectiveKind.AllGather => OwnerOf(schedule, chunk) == rank,
        CollectiveKind.Broadcast => schedule.Goal.Root == rank,
        _ => true,
    };

    /// <summary>The rank whose part a chunk belongs to, for the goals that know parts.</summary>
    private static int OwnerOf(Schedule schedule, int chunk) => chunk / (schedule.Chunks / schedule.WorldSize);

    private List<ScheduleFault> Run()
    {
        foreach (ScheduleEvent happened in ScheduleWalk.Events(_schedule))
        {
            if (FaultOf(happened) is { } fault)
                _faults.Add(fault);
            else
                Follow(happened);
        }

        for (int chunk = 0; chunk < _schedule.Chunks; chunk++)
            CheckEnd(chunk);
        return _faults;
    }

    private void Follow(ScheduleEvent done)
    {
        Step step = _schedule.ByRank[done.Rank][done.Step];
        switch (step.Kind)
        {
            case StepKind.Send:
                for (int offset = 0; offset < step.Count; offset++)
                    _ = Use(done, step.Chunk + offset, step.Place);
                break;
            case StepKind.Receive or StepKind.ReceiveReduce:
                Take(done, step, _schedule.ByRank[step.Peer][done.PeerStep]);
                break;
            case StepKind.Reduce:
                Reduce(done, step.Chunk, Step.Home, Use(done, step.Chunk, step.Place));
                break;
            default:
                break;
        }
    }

    private void Take(ScheduleEvent done, Step receive, Step sent)
    {
        if ((sent.Chunk, sent.Count) != (receive.Chunk, receive.Count))
            Report(ScheduleFaultKind.WrongChunk, done, $"waits for {Range(receive)} and gets {Range(sent)}");

        for (int offset = 0; offset < Math.Min(receive.Count, sent.Count); offset++)
        {
            int arriving = Peek(receive.Peer, sent.Chunk + offset, sent.Place);
            if (receive.Kind == StepKind.Receive)
                Put(done.Rank, receive.Chunk + offset, receive.Place, arriving);
            else
                Reduce(done, receive.Chunk + offset, receive.Place, arriving);
        }
    }

    private static string Range(Step step) =>
        step.Count == 1 ? $"chunk {step.Chunk}" : $"chunks {step.Chunk} to {step.Chunk + step.Count - 1}";

    private void Reduce(ScheduleEvent done, int chunk, int place, int value)
    {
        int held = Use(done, chunk, place);
        if (held == Nothing || value == Nothing)
            return;
        if (_sums.Contributors(held).Overlaps(_sums.Contributors(value)))
            Report(ScheduleFaultKind.CountedTwice, done, $"adds a contribution to chunk {chunk} again");
        else
            Put(done.Rank, chunk, place, _sums.Add(held, value));
    }

    private int Use(ScheduleEvent done, int chunk, int place)
    {
        int value = Peek(done.Rank, chunk, place);
        if (value == Nothing)
            Report(ScheduleFaultKind.NotReady, done, $"uses chunk {chunk} where it is not yet");
        return value;
    }

    private int Peek(int rank, int chunk, int place)
    {
        if (place == Step.Home)
            return _home[rank][chunk];
        (int held, int value) = _scratch[rank][place];
        return held == chunk ? value : Nothing;
    }

    private void Put(int rank, int chunk, int place, int value)
    {
        if (place == Step.Home)
            _home[rank][chunk] = value;
        else
            _scratch[rank][place] = (chunk, value);
    }

    private void CheckEnd(int chunk)
    {
        int? first = null;
        for (int rank = 0; rank < _schedule.WorldSize; rank++)
        {
            if (_schedule.Goal.Kind == CollectiveKind.ReduceScatter && OwnerOf(_schedule, chunk) != rank)
                continue;
            int value = _home[rank][chunk];
            if (WrongAtEnd(chunk, value) is { } wrong)
                ReportEnd(wrong, rank, $"ends with the wrong contributions to chunk {chunk}");
            else if (value != (first ??= value))
                ReportEnd(ScheduleFaultKind.DifferentBits, rank, $"added chunk {chunk} in an order of its own");
        }
    }

    private ScheduleFaultKind? WrongAtEnd(int chunk, int value)
    {
        if (value == Nothing)
            return ScheduleFaultKind.Incomplete;
        ContributorSet contributors = _sums.Contributors(value);
        int? only = _schedule.Goal.Kind switch
        {
            CollectiveKind.AllGather => OwnerOf(_schedule, chunk),
            CollectiveKind.Broadcast => _schedule.Goal.Root,
            _ => null,
        };
        if (only is { } source && !contributors.Contains(source))
            return ScheduleFaultKind.Incomplete;
        int expected = only is null ? _schedule.WorldSize : 1;
        return contributors.Count.CompareTo(expected) switch
        {
            < 0 => ScheduleFaultKind.Incomplete,
            > 0 => ScheduleFaultKind.Foreign,
            _ => null,
        };
    }

    private void ReportEnd(ScheduleFaultKind kind, int rank, string what) =>
        _faults.Add(new ScheduleFault(kind, rank, -1, what));

    private void Report(ScheduleFaultKind kind, ScheduleEvent done, string what) =>
        _faults.Add(new ScheduleFault(kind, done.Rank, done.Step, what));
}
