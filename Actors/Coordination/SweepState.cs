using System.Collections.Immutable;
using System.Diagnostics;
using Orchestrator.Actors.Placement;
using Orchestrator.Experiments.Runs;
using static Orchestrator.Actors.Coordination.SweepProtocol;

namespace Orchestrator.Actors.Coordination;

/// <summary>
/// The pure half of <see cref="SweepCoordinator"/>: no actor, no clock, no disk. No rule of a sweep depends on the time.
/// Trials are known by their index in the plan. An event costs O(log trials), whatever the plan's size.
/// </summary>
internal sealed record SweepState
{
    public static readonly SweepState Empty = new();

    private SweepState()
    {
    }

    /// <summary>Null before a plan was accepted.</summary>
    public string? PlanHash { get; private init; }

    public ImmutableArray<PlannedTrial> Trials { get; private init; } = [];

    /// <summary>Index of each trial id.</summary>
    public ImmutableDictionary<string, int> Indices { get; private init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>By trial: those that depend on it.</summary>
    public ImmutableArray<ImmutableArray<int>> Dependents { get; private init; } = [];

    /// <summary>Trials that wait for others, with the number of those.</summary>
    public ImmutableSortedDictionary<int, int> Blocked { get; private init; } = ImmutableSortedDictionary<int, int>.Empty;

    public ReadyQueue Ready { get; private init; } = ReadyQueue.Empty;

    public ImmutableSortedDictionary<int, Attempt> Running { get; private init; } =
        ImmutableSortedDictionary<int, Attempt>.Empty;

    public ImmutableSortedDictionary<int, TrialEnded> Ended { get; private init; } =
        ImmutableSortedDictionary<int, TrialEnded>.Empty;

    public int Succeeded { get; private init; }

    public int Diverged { get; private init; }

    public int Failed { get; private init; }

    /// <summary>By trial: attempts begun.</summary>
    public ImmutableSortedDictionary<int, int> Attempts { get; private init; } = ImmutableSortedDictionary<int, int>.Empty;

    /// <summary>By trial: failures charged.</summary>
    public ImmutableSortedDictionary<int, int> Charged { get; private init; } = ImmutableSortedDictionary<int, int>.Empty;

    public long NewestToken { get; private init; }

    /// <summary>Trials that started while the first of the queue could not; see <see cref="GangPlacement.OvertakesMax"/>.</summary>
    public int Overtakes { get; private init; }

    public ImmutableSortedDictionary<string, Worker> Workers { get; private init; } =
        ImmutableSortedDictionary.Create<string, Worker>(StringComparer.Ordinal);

    /// <summary>Workers with nothing to do.</summary>
    public ImmutableSortedSet<string> Free { get; private init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    public bool IsStopping { get; private init; }

    /// <summary>See <see cref="SweepOver"/>.</summary>
    public bool IsOver { get; private init; }

    /// <summary>Whether <see cref="SweepOver"/> is due.</summary>
    public bool HasNothingLeft =>
        PlanHash is not null && (Ended.Count == Trials.Length || (IsStopping && Running.IsEmpty));

    public SweepEnded Outcome => new(Succeeded, Diverged, Failed, Trials.Length - Ended.Count, IsStopping);

    /// <summary>What comes of a command: events and an answer.</summary>
    public Decision Decide(ICommand command) => new SweepDecision(this).On(command);

    public SweepState Apply(IEvent @event) => @event switch
    {
        PlanAccepted accepted => Apply(accepted),
        AttemptGranted granted => Apply(granted),
        AttemptEnded ended => Apply(ended),
        TrialEnded ended => Apply(ended),
        WorkerRegistered registered => this with
        {
            Workers = Workers.SetItem(registered.Worker, new Worker(registered.Incarnation, null)),
            Free = Free.Add(registered.Worker),
        },
        WorkerRemoved removed => this with { Workers = Workers.Remove(removed.Worker), Free = Free.Remove(removed.Worker) },
        RankReported reported => Apply(reported),
        AttemptAborted aborted => this with
        {
            Running = Running.SetItem(aborted.Trial, Running[aborted.Trial] with { Fault = aborted.Failure }),
        },
        StopRequested => this with { IsStopping = true },
        SweepOver => this with { IsOver = true },
        _ => throw new ArgumentOutOfRangeException(nameof(@event), @event, "Not an event of this protocol."),
    };

    /// <summary>What is to be done because the event happened; this is the state after it.</summary>
    public ImmutableArray<IEffect> Effects(IEvent @event) => @event switch
    {
        PlanAccepted => Resume(),
        AttemptGranted granted =>
        [
            new StartAttempt(Trials[granted.Trial].Id, granted.Token, Attempts[granted.Trial], granted.Workers),
            Report(granted.Trial),
        ],
        AttemptEnded ended => [new EndAttempt(ended.Token), Report(ended.Trial)],
        TrialEnded ended => [new EndAttempt(ended.Token), Report(ended.Trial), .. Unlocked(ended)],
        RankReported reported => AfterRank(reported),
        AttemptAborted aborted => [.. Cancel(aborted.Trial, graceful: false)],
        StopRequested => [.. Running.Keys.SelectMany(trial => Cancel(trial, graceful: true))],
        SweepOver => [new Finish(Outcome)],
        WorkerRegistered or WorkerRemoved => [],
        _ => throw new ArgumentOutOfRangeException(nameof(@event), @event, "Not an event of this protocol."),
    };

    /// <summary>What is to be done after a restart, apart from what <see cref="Recovered"/> decides.</summary>
    public ImmutableArray<IEffect> Resume() => [.. Enumerable.Range(0, Trials.Length).Select(Report)];

    public TrialState StateOf(int trial) =>
        Ended.TryGetValue(trial, out TrialEnded? ended) ? ended.End switch
        {
            TrialEnd.Succeeded => TrialState.Succeeded,
            TrialEnd.Diverged => TrialState.Diverged,
            TrialEnd.Failed => TrialState.Failed,
            _ => throw new UnreachableException(),
        }
        : Running.ContainsKey(trial) ? TrialState.Running
        : Blocked.ContainsKey(trial) ? TrialState.Waiting
        : TrialState.Pending;

    private SweepState Apply(PlanAccepted accepted)
    {
        ImmutableDictionary<string, int> indices =
            accepted.Trials.Select((trial, index) => KeyValuePair.Create(trial.Id, index)).ToImmutableDictionary();
        var dependents = accepted.Trials.Select(_ => new List<int>()).ToArray();
        var blocked = ImmutableSortedDictionary.CreateBuilder<int, int>();
        ReadyQueue ready = ReadyQueue.Empty;
        for (int trial = 0; trial < accepted.Trials.Length; trial++)
        {
            PlannedTrial planned = accepted.Trials[trial];
            foreach (string source in planned.DependsOn)
                dependents[indices[source]].Add(trial);
            if (planned.DependsOn.IsEmpty)
                ready = ready.Add(trial, planned.WorldSize);
            else
                blocked.Add(trial, planned.DependsOn.Length);
        }

        return this with
        {
            PlanHash = accepted.PlanHash,
            Trials = accepted.Trials,
            Indices = indices,
            Dependents = [.. dependents.Select(list => list.ToImmutableArray())],
            Blocked = blocked.ToImmutable(),
            Ready = ready,
        };
    }

    private SweepState Apply(AttemptGranted granted)
    {
        bool isFirst = Ready.First?.Trial == granted.Trial;
        ImmutableSortedDictionary<string, Worker> workers = Workers;
        for (int rank = 0; rank < granted.Workers.Length; rank++)
        {
            if (workers.TryGetValue(granted.Workers[rank], out Worker? worker))
                workers = workers.SetItem(granted.Workers[rank], worker with { Rank = new(granted.Trial, rank) });
        }

        return this with
        {
            Ready = Ready.Remove(granted.Trial, Trials[granted.Trial].WorldSize),
            Running = Running.SetItem(granted.Trial, new Attempt(granted.Token, granted.Workers)),
            Attempts = Attempts.SetItem(granted.Trial, Attempts.GetValueOrDefault(granted.Trial) + 1),
            NewestToken = granted.Token,
            Overtakes = isFirst ? 0 : Overtakes + 1,
            Workers = workers,
            Free = Free.Except(granted.Workers),
        };
    }

    private SweepState Apply(AttemptEnded ended) => this with
    {
        Running = Running.Remove(ended.Trial),
        Ready = Ready.Add(ended.Trial, Trials[ended.Trial].WorldSize),
        Charged = ended.Charged
            ? Charged.SetItem(ended.Trial, Charged.GetValueOrDefault(ended.Trial) + 1)
            : Charged,
    };

    private SweepState Apply(TrialEnded ended)
    {
        SweepState after = this with
        {
            Running = Running.Remove(ended.Trial),
            Blocked = Blocked.Remove(ended.Trial),
            Ended = Ended.Add(ended.Trial, ended),
            Succeeded = Succeeded + (ended.End == TrialEnd.Succeeded ? 1 : 0),
            Diverged = Diverged + (ended.End == TrialEnd.Diverged ? 1 : 0),
            Failed = Failed + (ended.End == TrialEnd.Failed ? 1 : 0),
        };
        return ended.End == TrialEnd.Succeeded
            ? Dependents[ended.Trial].Aggregate(after, (state, dependent) => state.Unblock(dependent))
            : after;
    }

    private SweepState Unblock(int trial)
    {
        if (!Blocked.TryGetValue(trial, out int sources))
            return this;
        return sources > 1
            ? this with { Blocked = Blocked.SetItem(trial, sources - 1) }
            : this with { Blocked = Blocked.Remove(trial), Ready = Ready.Add(trial, Trials[trial].WorldSize) };
    }

    private SweepState Apply(RankReported reported)
    {
        Attempt attempt = Running[reported.Trial];
        SweepState after = this with
        {
            Running = Running.SetItem(reported.Trial, attempt with { Ends = attempt.Ends.Add(reported.Rank, reported.End) }),
        };
        string name = attempt.Workers[reported.Rank];
        return Workers.TryGetValue(name, out Worker? worker) && worker.Rank == new RankOf(reported.Trial, reported.Rank)
            ? after with { Workers = Workers.SetItem(name, worker with { Rank = null }), Free = Free.Add(name) }
            : after;
    }

    /// <summary>A rank that fails takes its gang along; one that stops for reasons of its own has the others stop, too.</summary>
    private ImmutableArray<IEffect> AfterRank(RankReported reported) => reported.End switch
    {
        { Failure: { Kind: FailureKind.Storage } failure } =>
            [.. Cancel(reported.Trial, graceful: false), new HaltForStorage(failure.Reason)],
        { Kind: RankEndKind.Failed } => [.. Cancel(reported.Trial, graceful: false)],
        { Kind: RankEndKind.Stopped } => [.. Cancel(reported.Trial, graceful: true)],
        _ => [],
    };

    private IEnumerable<IEffect> Cancel(int trial, bool graceful) =>
        Running.TryGetValue(trial, out Attempt? attempt)
            ? attempt.UnfinishedWorkers.Select(worker => new CancelRankOn(worker, Trials[trial].Id, attempt.Token, graceful))
            : [];

    private IEnumerable<IEffect> Unlocked(TrialEnded ended) => ended.End == TrialEnd.Succeeded
        ? Dependents[ended.Trial].Where(dependent => StateOf(dependent) == TrialState.Pending).Select(Report)
        : [];

    private IEffect Report(int trial)
    {
        TrialEnded? ended = Ended.GetValueOrDefault(trial);
        long token = ended?.Token ?? Running.GetValueOrDefault(trial)?.Token ?? 0;
        return new ReportTrial(
            Trials[trial].Id, token, Attempts.GetValueOrDefault(trial), StateOf(trial), ended?.Failure?.Reason);
    }

    /// <param name="Incarnation">See <see cref="RegisterWorker"/>.</param>
    /// <param name="Rank">What it runs; null: it is free.</param>
    internal sealed record Worker(long Incarnation, RankOf? Rank);

    internal readonly record struct RankOf(int Trial, int Rank);

    /// <param name="Events">In order; the passing ones are true only together with the stored ones.</param>
    internal sealed record Decision(ImmutableArray<IEvent> Events, IReply Reply);
}
