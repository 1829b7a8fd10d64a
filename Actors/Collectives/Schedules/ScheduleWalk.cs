namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// What happens when a schedule runs over the strictest transport: from each rank to each other there is room for one send;
/// the next one waits until the receiver has taken it. Steps come in an order that respects cause and effect.
/// </summary>
/// <remarks>
/// <para>
/// One order stands for all: every channel leads from one rank to one other, keeps its order, and a receive names its
/// channel. Such a network is determinate (Kahn, "The semantics of a simple language for parallel programming", 1974):
/// whatever the ranks' real speeds, the same messages reach the same receives.
/// </para>
/// <para>
/// One send a channel stands for any number: whether a rank may take its next step depends only on how far its peers have
/// come, and never becomes false by their coming further. A receive needs the sender to have got past its send, a send and
/// a wait need the receiver to have got past a receive; more room only makes a send ask for an earlier receive. So, by
/// induction over the order found here, a transport with more room can take each step that this one takes, and what
/// ends here ends there.
/// </para>
/// </remarks>
internal sealed class ScheduleWalk
{
    private readonly Schedule _schedule;
    private readonly int[] _next;
    private readonly bool[] _asleep;
    private readonly Queue<int> _awake = new();

    /// <summary>The sender's step for each channel on which something is under way.</summary>
    private readonly Dictionary<(int From, int To), int> _underWay = [];

    private ScheduleWalk(Schedule schedule)
    {
        _schedule = schedule;
        _next = new int[schedule.WorldSize];
        _asleep = new bool[schedule.WorldSize];
        for (int rank = 0; rank < schedule.WorldSize; rank++)
            _awake.Enqueue(rank);
    }

    /// <summary>All steps that are done, then what was never done.</summary>
    public static IEnumerable<ScheduleEvent> Events(Schedule schedule)
    {
        ScheduleWalk walk = new(schedule);
        while (walk._awake.TryDequeue(out int rank))
        {
            while (walk.TryStep(rank) is { } done)
                yield return done;
            walk._asleep[rank] = true;
        }

        foreach (ScheduleEvent left in walk.Left())
            yield return left;
    }

    private ScheduleEvent? TryStep(int rank)
    {
        int index = _next[rank];
        if (index == _schedule.ByRank[rank].Length)
            return null;
        Step step = _schedule.ByRank[rank][index];
        int peerStep = -1;
        switch (step.Kind)
        {
            case StepKind.Send:
                if (!_underWay.TryAdd((rank, step.Peer), index))
                    return null;
                Wake(step.Peer);
                break;
            case StepKind.Receive or StepKind.ReceiveReduce:
                if (!_underWay.Remove((step.Peer, rank), out peerStep))
                    return null;
                Wake(step.Peer);
                break;
            case StepKind.AwaitSent:
                if (step.Chunk == 0 && _underWay.ContainsKey((rank, step.Peer)))
                    return null;
                break;
            default:
                break;
        }

        _next[rank]++;
        return new ScheduleEvent(ScheduleEventKind.Done, rank, index, peerStep);
    }

    private void Wake(int rank)
    {
        if (!_asleep[rank])
            return;
        _asleep[rank] = false;
        _awake.Enqueue(rank);
    }

    private IEnumerable<ScheduleEvent> Left()
    {
        for (int rank = 0; rank < _next.Length; rank++)
        {
            if (_next[rank] < _schedule.ByRank[rank].Length)
                yield return new ScheduleEvent(ScheduleEventKind.Stuck, rank, _next[rank], PeerStep: -1);
        }

        foreach (((int from, _), int step) in _underWay)
            yield return new ScheduleEvent(ScheduleEventKind.NeverTaken, from, step, PeerStep: -1);
    }
}

/// <param name="Kind">What happened, or never did.</param>
/// <param name="Rank">To which rank.</param>
/// <param name="Step">In which of its steps.</param>
/// <param name="PeerStep">For a receive that is done: the peer's step that sent what was taken; else −1.</param>
internal readonly record struct ScheduleEvent(ScheduleEventKind Kind, int Rank, int Step, int PeerStep);

internal enum ScheduleEventKind
{
    Done,

    /// <summary>The rank waits in this step for ever.</summary>
    Stuck,

    /// <summary>What the rank sent at this step is never received.</summary>
    NeverTaken,
}
