using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Orchestrator.Actors.Metrics;
using Orchestrator.Actors.Pruning;
using Orchestrator.Actors.Workers;
using static Orchestrator.Actors.Coordination.RendezvousProtocol;
using static Orchestrator.Actors.Coordination.SweepProtocol;

namespace Orchestrator.Actors.Coordination;

/// <summary>
/// Decides which trial runs where. It never touches a tensor; what it decides, <see cref="SweepState"/> knows. The state runs
/// ahead of the journal: decisions go on while events are being written, in common transactions, and nobody hears of one
/// before it is on disk. If that fails the actor stops, with all that was not heard.
/// </summary>
internal sealed class SweepCoordinator : ReceivePersistentActor
{
    private readonly IActorRef _metrics;
    private readonly IPruningPrograms _programs;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<string, IActorRef> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<long, IActorRef> _schedules = [];
    private SweepState _state = SweepState.Empty;
    private AddressBook _addresses = AddressBook.Empty;

    public SweepCoordinator(string sweep, IActorRef metrics, IPruningPrograms programs)
    {
        PersistenceId = $"sweep-{sweep}";
        _metrics = metrics;
        _programs = programs;

        Recover<IStoredEvent>(@event => _state = _state.Apply(@event));
        Recover<RecoveryCompleted>(_ => Recovered());

        Command<RegisterWorker>(Register);
        Command<ICommand>(command => Execute(command));
        Command<PublishAddress>(Publish);
        Command<IReply>(Note);
        Command<Terminated>(LoseSchedule);
    }

    public override string PersistenceId { get; }

    public static Props PropsFor(string sweep, IActorRef metrics, IPruningPrograms programs) =>
        Props.Create(() => new SweepCoordinator(sweep, metrics, programs));

    /// <summary>A schedule that breaks is not started again: it would have forgotten the masks that it has seen.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        Context.Parent.Tell(new JournalFailed(cause));
        base.OnPersistFailure(cause, @event, sequenceNr);
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        Context.Parent.Tell(new JournalFailed(cause));
        base.OnPersistRejected(cause, @event, sequenceNr);
        Context.Stop(Self);
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        Context.Parent.Tell(new JournalFailed(reason));
        base.OnRecoveryFailure(reason, message);
    }

    private void Recovered()
    {
        Perform(_state.Resume());
        Execute(new Recovered());
    }

    /// <summary>Workers are reached by the name under which they are placed, and their end is a command of its own.</summary>
    private void Register(RegisterWorker register)
    {
        if (Execute(register) is not Done)
            return;
        if (_workers.TryGetValue(register.Worker, out IActorRef? known))
            Context.Unwatch(known);
        _workers[register.Worker] = Sender;
        Context.WatchWith(Sender, new WorkerLost(register.Worker, register.Incarnation));
    }

    private IReply Execute(ICommand command)
    {
        SweepState.Decision decision = _state.Decide(command);
        var effects = ImmutableArray.CreateBuilder<IEffect>();
        foreach (IEvent @event in decision.Events)
        {
            _state = _state.Apply(@event);
            effects.AddRange(_state.Effects(@event));
        }

        var consequences = new Consequences(Sender, decision.Reply, effects.ToImmutable());
        IStoredEvent[] stored = [.. decision.Events.OfType<IStoredEvent>()];
        if (stored.Length > 0)
            PersistAllAsync(stored, _ => { });
        DeferAsync(consequences, Carry);
        return decision.Reply;
    }

    /// <summary>All events of the decision are on disk.</summary>
    private void Carry(Consequences consequences)
    {
        consequences.Sender.Tell(consequences.Reply);
        Perform(consequences.Effects);
    }

    private void Perform(ImmutableArray<IEffect> effects)
    {
        foreach (IEffect effect in effects)
            Perform(effect);
    }

    private void Perform(IEffect effect)
    {
        switch (effect)
        {
            case StartAttempt start:
                Start(start);
                break;
            case EndAttempt end:
                EndSchedule(end.Token);
                break;
            case CancelRankOn cancel:
                _workers[cancel.Worker].Tell(new WorkerProtocol.CancelRank(cancel.Trial, cancel.Token, cancel.Graceful));
                break;
            case ReportTrial report:
                _metrics.Tell(new MetricsProtocol.TrialReport(
                    report.Trial, report.Token, report.Attempt, report.State, report.Reason));
                break;
            case HaltForStorage halt:
                Context.Parent.Tell(new StorageHalted(halt.Reason));
                break;
            case Finish finish:
                Context.Parent.Tell(finish.Outcome);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(effect), effect, "Not an effect of this protocol.");
        }
    }

    private void Start(StartAttempt start)
    {
        Props props = PruningSchedule.PropsFor(start.Trial, start.Token, start.Workers.Length, _programs);
        IActorRef schedule = Context.ActorOf(props, $"pruning-{start.Token}");
        Context.Watch(schedule);
        _schedules.Add(start.Token, schedule);
        for (int rank = 0; rank < start.Workers.Length; rank++)
        {
            _workers[start.Workers[rank]].Tell(new WorkerProtocol.StartRank(
                start.Trial, start.Token, rank, start.Workers.Length, start.Attempt, schedule));
        }
    }

    /// <summary>Tells all of a gang where its ranks are, once that is known; and then whoever asks again.</summary>
    private void Publish(PublishAddress published)
    {
        if (!IsUnderWay(published, out Attempt? attempt))
            return;
        AddressBook.Entry entry = _addresses.Add(published, attempt.WorldSize);
        _addresses = entry.After;
        if (entry.Refusal is not null)
            _log.Warning("Trial {0}, token {1}, rank {2}: {3}", published.Trial, published.Token, published.Rank, entry.Refusal);
        if (entry.Complete is not { } addresses)
            return;
        var answer = new AddressesPublished(published.Trial, published.Token, published.Round, addresses);
        foreach (IActorRef worker in entry.IsNew ? attempt.Workers.Select(name => _workers[name]) : [Sender])
            worker.Tell(answer);
    }

    private bool IsUnderWay(PublishAddress published, [NotNullWhen(true)] out Attempt? attempt)
    {
        attempt = null;
        return _state.Indices.TryGetValue(published.Trial, out int trial)
            && _state.Running.TryGetValue(trial, out attempt)
            && attempt.Token == published.Token;
    }

    private void EndSchedule(long token)
    {
        _addresses = _addresses.Remove(token);
        if (!_schedules.Remove(token, out IActorRef? schedule))
            return;
        Context.Unwatch(schedule);
        Context.Stop(schedule);
    }

    private void LoseSchedule(Terminated terminated)
    {
        foreach ((int trial, Attempt attempt) in _state.Running)
        {
            if (_schedules.TryGetValue(attempt.Token, out IActorRef? schedule) && schedule.Equals(terminated.ActorRef))
            {
                var failure = new Fault(FailureKind.Bug, "The pruning schedule broke.");
                Execute(new AttemptFaulted(_state.Trials[trial].Id, attempt.Token, failure));
            }
        }
    }

    /// <summary>Answers of workers. One that refuses a start has heard of a newer token: another coordinator is at work, and this one is out.</summary>
    private void Note(IReply reply)
    {
        if (reply is Refused refused)
            _log.Warning("Sweep {0}: `{1}` was refused: {2}", PersistenceId, refused.Key, refused.Reason);
    }

    private sealed record Consequences(IActorRef Sender, IReply Reply, ImmutableArray<IEffect> Effects)
    : INoSerializationVerificationNeeded;
}
