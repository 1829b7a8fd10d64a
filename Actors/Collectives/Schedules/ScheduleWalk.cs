namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// What happens when a schedule runs, as events in an order that respects cause and effect. It is the one definition of
/// how steps are carried out: a step publishes its send, then waits for its receive, then (rendezvous) until its send
/// has been taken. The interpreter does the same on real memory.
/// </summary>
/// <remarks>
/// Every channel leads from one rank to one other, keeps its order, and a receive names its channel. Such a network is
/// determinate (Kahn, "The semantics of a simple language for parallel programming", 1974): each order of execution
/// that the ranks' real speeds may bring about delivers the same messages to the same receives. So this one order
/// stands for all.
/// </remarks>
internal sealed class ScheduleWalk
{
    private readonly Schedule _schedule;
    private readonly SendSemantics _semantics;
    private readonly Progress[] _progress;
    private readonly Dictionary<(int From, int To), Queue<int>> _channels = [];
    private readonly Queue<int> _runnable = new();
    private readonly List<ScheduleEvent> _events = [];

    private ScheduleWalk(Schedule schedule, SendSemantics semantics)
    {
        _schedule = schedule;
        _semantics = semantics;
        _progress = new Progress[schedule.WorldSize];
    }

    /// <summary>All events; those that tell what was never done come last.</summary>
    public static IReadOnlyList<ScheduleEvent> Events(Schedule schedule, SendSemantics semantics)
    {
        ScheduleWalk walk = new(schedule, semantics);
        for (int rank = 0; rank < schedule.WorldSize; rank++)
            walk._runnable.Enqueue(rank);
        while (walk._runnable.TryDequeue(out int rank))
            walk.RunUntilBlocked(rank);
        walk.TellWhatIsLeft();
        return walk._events;
    }

    private void RunUntilBlocked(int rank)
    {
        ref Progress progress = ref _progress[rank];
        while (progress.Step < _schedule.ByRank[rank].Length)
        {
            Step step = _schedule.ByRank[rank][progress.Step];
            if (!progress.Started)
                Start(rank, step);
            if (step.Receive is { } receive && !progress.Received && !TryTake(rank, receive))
                return;
            if (step.Send is not null && _semantics == SendSemantics.Rendezvous && !progress.Taken)
                return;
            Tell(ScheduleEventKind.Finish, rank);
            progress = new Progress { Step = progress.Step + 1 };
        }
    }

    private void Start(int rank, Step step)
    {
        _progress[rank].Started = true;
        Tell(ScheduleEventKind.Start, rank);
        if (step.Send is not { } send)
            return;
        ChannelOf(rank, send.To).Enqueue(_progress[rank].Step);
        _runnable.Enqueue(send.To);
    }

    private bool TryTake(int rank, Receive receive)
    {
        if (!ChannelOf(receive.From, rank).TryDequeue(out int senderStep))
            return false;
        Tell(ScheduleEventKind.Take, rank, receive.From, senderStep);
        _progress[rank].Received = true;
        if (_semantics == SendSemantics.Rendezvous)
        {
            _progress[receive.From].Taken = true;
            _runnable.Enqueue(receive.From);
        }

        return true;
    }

    private void TellWhatIsLeft()
    {
        for (int rank = 0; rank < _progress.Length; rank++)
        {
            if (_progress[rank].Step < _schedule.ByRank[rank].Length)
                Tell(ScheduleEventKind.Stuck, rank);
        }

        foreach (((int from, int to), Queue<int> channel) in _channels)
        {
            foreach (int step in channel)
                _events.Add(new ScheduleEvent(ScheduleEventKind.NeverTaken, from, step, to, PeerStep: -1));
        }
    }

    private void Tell(ScheduleEventKind kind, int rank, int peer = -1, int peerStep = -1) =>
        _events.Add(new ScheduleEvent(kind, rank, _progress[rank].Step, peer, peerStep));

    private Queue<int> ChannelOf(int from, int to)
    {
        if (!_channels.TryGetValue((from, to), out Queue<int>? channel))
            _channels.Add((from, to), channel = new Queue<int>());
        return channel;
    }

    /// <summary>Where a rank stands: its step, and what of that step is done.</summary>
    private struct Progress
    {
        public int Step;
        public bool Started;
        public bool Received;
        public bool Taken;
    }
}

internal readonly record struct ScheduleEvent(ScheduleEventKind Kind, int Rank, int Step, int Peer, int PeerStep);

internal enum ScheduleEventKind
{
    /// <summary>The rank begins the step and publishes what it sends.</summary>
    Start,

    /// <summary>The rank takes what the peer published at the peer's step.</summary>
    Take,

    /// <summary>The rank is done with the step.</summary>
    Finish,

    /// <summary>The rank waits in this step for ever.</summary>
    Stuck,

    /// <summary>What the rank sent to the peer at this step is never received.</summary>
    NeverTaken,
}
