using Akka.Actor;
using Akka.Event;
using Orchestrator.Actors.Coordination;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;
using static Orchestrator.Actors.Coordination.RendezvousProtocol;
using static Orchestrator.Actors.Coordination.SweepProtocol;
using static Orchestrator.Actors.Metrics.MetricsProtocol;
using static Orchestrator.Actors.Pruning.PruningProtocol;
using static Orchestrator.Actors.Workers.WorkerProtocol;

namespace Orchestrator.Actors.Workers;

/// <summary>
/// One slot: runs one rank at a time, on its thread. It goes round <see cref="Idle"/>, <see cref="Preparing"/>,
/// <see cref="Training"/>, <see cref="Confirming"/>, <see cref="Storing"/>, <see cref="Reporting"/>; only the newest token is
/// obeyed. What it says is said again until it is answered.
/// </summary>
internal sealed class GpuWorker : ReceiveActor, IWithTimers
{
    private readonly GpuWorkerOptions _options;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly RegisterWorker _registration;
    private bool _isRegistered;
    private long _newestToken;
    private RankAttempt? _attempt;
    private RankEnd? _end;
    private StartRank? _next;
    private Action _sayAgain = () => { };

    public GpuWorker(GpuWorkerOptions options)
    {
        _options = options;
        _registration = new RegisterWorker(options.Name, options.Time.GetUtcNow().UtcTicks);
        Idle();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private RankAttempt Current => _attempt ?? throw new InvalidOperationException("No rank is under way.");

    public static Props PropsFor(GpuWorkerOptions options) => Props.Create(() => new GpuWorker(options));

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer("resend", Resend.Instance, _options.ResendInterval);
        _options.Coordinator.Tell(_registration);
    }

    protected override void PostStop() => _attempt?.Abort();

    /// <summary>Waits for a rank to run.</summary>
    private void Idle()
    {
        Receive<StartRank>(Begin);
        Receive<CancelRank>(_ => { });
        Always();
    }

    /// <summary>Waits for the program of the masks. The thread is free.</summary>
    private void Preparing()
    {
        Receive<StartRank>(Supersede);
        Receive<ProgramReady>(ready => ready.Token == Current.Start.Token, ready => Train(ready.Program));
        Receive<ProgramFailed>(
            failed => failed.Token == Current.Start.Token, failed => Report(RankEnd.Failed(failed.Failure)));
        Receive<CancelRank>(IsCurrent, cancel => Report(cancel.Graceful ? RankEnd.Stopped : Cancelled()));
        Always();
    }

    /// <summary>The thread trains. Left when it has ended, whatever else is wished.</summary>
    private void Training()
    {
        Receive<StartRank>(Supersede);
        Receive<MetricsReady>(Send);
        Receive<MasksReady>(Tell);
        Receive<StepReady>(Tell);
        Receive<AddressReady>(Publish);
        Receive<AddressesPublished>(published => published.Token == Current.Start.Token, Find);
        Receive<BatchCommitted>(Acknowledge);
        Receive<StaleAttempt>(stale => stale.Token == Current.Start.Token, _ => Current.Abort());
        Receive<RankFinished>(Finish);
        Receive<CancelRank>(IsCurrent, Cancel);
        Always();
    }

    /// <summary>Rank 0 of a gang waits for the others' masks to be equal to its own.</summary>
    private void Confirming()
    {
        Receive<StartRank>(Supersede);
        Receive<MasksAgreed>(agreed => agreed.Token == Current.Start.Token, _ => Store());
        Receive<BatchCommitted>(Acknowledge);
        Receive<CancelRank>(cancel => IsCurrent(cancel) && !cancel.Graceful, _ => Report(Cancelled()));
        Always();
    }

    /// <summary>Waits for metrics and result to be on disk. The training is done: a cancellation changes nothing any more.</summary>
    private void Storing()
    {
        Receive<StartRank>(Supersede);
        Receive<BatchCommitted>(committed =>
        {
            Acknowledge(committed);
            ReportIfStored();
        });
        Receive<ResultCommitted>(committed => committed.Token == Current.Start.Token, _ =>
        {
            Current.Result = null;
            ReportIfStored();
        });
        Receive<StaleAttempt>(stale => stale.Token == Current.Start.Token, stale => Report(RankEnd.Failed(
            FailureKind.NodeLoss, $"Token {stale.Token} is stale, {stale.NewestToken} has begun.")));
        Always();
    }

    /// <summary>Waits for the coordinator to have taken note of the rank's end.</summary>
    private void Reporting()
    {
        Receive<StartRank>(Supersede);
        Receive<IReply>(IsAboutCurrentEnd, Conclude);
        Always();
    }

    private void Always()
    {
        Receive<IReply>(Note);
        Receive<Resend>(_ => Repeat());
        Receive<CancelRank>(_ => { });
        Receive<ProgramReady>(_ => { });
        Receive<ProgramFailed>(_ => { });
        Receive<MasksAgreed>(_ => { });
        Receive<BatchCommitted>(_ => { });
        Receive<ResultCommitted>(_ => { });
        Receive<StaleAttempt>(_ => { });
        Receive<AddressesPublished>(_ => { });
        Receive<LineReady>(said => _log.Warning(
            "Trial {0}, attempt {1}, rank {2}: {3}", said.From.Trial, said.From.Attempt, said.From.Rank, said.Line));
    }

    private void Begin(StartRank start)
    {
        if (start.Token <= _newestToken)
        {
            Refuse(start);
            return;
        }

        _newestToken = start.Token;
        Sender.Tell(new Done(start.Key));
        Prepare(start);
    }

    private void Prepare(StartRank start)
    {
        _attempt = new RankAttempt(start, _options.OutstandingBatchesMax);
        Enter(Preparing, () => start.Schedule.Tell(new GetProgram(start.Trial, start.Token, start.Rank)));
    }

    /// <summary>A newer attempt takes the place of the one under way, as soon as the thread is free.</summary>
    private void Supersede(StartRank start)
    {
        if (start.Token == Current.Start.Token)
        {
            Sender.Tell(new AlreadyDone(start.Key));
            return;
        }

        if (start.Token < _newestToken)
        {
            Refuse(start);
            return;
        }

        Log($"superseded by token {start.Token}");
        _newestToken = start.Token;
        Sender.Tell(new Done(start.Key));
        bool isTraining = Current.IsTraining;
        Current.Abort();
        _next = start;
        if (!isTraining)
            Leave();
    }

    private void Refuse(StartRank start)
    {
        _log.Warning("Worker {0}: trial {1}, token {2} is refused", _options.Name, start.Trial, start.Token);
        Sender.Tell(new Refused(start.Key, $"Token {start.Token} is stale, {_newestToken} has begun."));
    }

    private void Train(PruningProgram program)
    {
        RankAttempt attempt = Current;
        StartRank start = attempt.Start;
        IActorRef self = Self;
        var assignment = new RankAssignment(start.Trial, start.Token, start.Rank, start.WorldSize, program);
        var observer = new RankObserver(self, start, _options, attempt.Credits);
        var link = new RankLink(self, start);
        attempt.IsTraining = true;
        Enter(Training, SayWhatIsUnanswered);
        _options.Thread.Start(() => self.Tell(Run(assignment, observer, attempt.Signals, link)));
    }

    /// <summary>On the training thread. Whatever the training throws is the attempt's end, not the thread's.</summary>
    private RankFinished Run(RankAssignment assignment, RankObserver observer, RankSignals signals, RankLink link)
    {
        try
        {
            return new RankFinished(assignment.Token, _options.Runner.Run(assignment, observer, signals, link), Failure: null);
        }
        catch (Exception exception)
        {
            return new RankFinished(assignment.Token, Outcome: null, Fault.From(exception));
        }
    }

    private void Send(MetricsReady ready)
    {
        StartRank start = Current.Start;
        long sequence = Current.Sequence++;
        var batch = new MetricsBatch(start.Trial, start.Token, start.Rank, sequence, [.. ready.Points]);
        Current.Outbox.Add(sequence, batch);
        _options.Metrics.Tell(batch);
    }

    private void Tell(MasksReady ready)
    {
        StartRank start = Current.Start;
        int number = Current.MaskReports++;
        start.Schedule.Tell(new MasksApplied(start.Trial, start.Token, start.Rank, number, ready.Step, ready.Hash));
    }

    private void Tell(StepReady ready) => _options.Metrics.Tell(
        new StepReport(Current.Start.Trial, ready.Token, ready.Step, ready.Steps, ready.Epoch, ready.Loss));

    private void Publish(AddressReady ready)
    {
        Current.Address = ready;
        SayAddress();
    }

    private void Find(AddressesPublished published)
    {
        if (Current.Address is { } own && own.Round == published.Round)
            own.Gang.TrySetResult(published.Addresses);
    }

    private void Acknowledge(BatchCommitted committed)
    {
        if (committed.Token == Current.Start.Token && Current.Outbox.Remove(committed.Sequence))
            Current.Credits.Return();
    }

    private void Cancel(CancelRank cancel)
    {
        if (cancel.Graceful)
            Current.Stop();
        else
            Current.Abort();
    }

    private void Finish(RankFinished finished)
    {
        Current.IsTraining = false;
        if (_next is not null)
            Leave();
        else if (finished.Failure is not null)
            Report(RankEnd.Failed(finished.Failure));
        else
            Keep(finished.Outcome!);
    }

    private void Keep(TrialOutcome outcome)
    {
        StartRank start = Current.Start;
        (_end, Current.Result) = outcome switch
        {
            TrialOutcome.Completed completed => (RankEnd.Completed, ResultOf(TrialEnd.Succeeded, null, completed.Result)),
            TrialOutcome.Diverged diverged => (RankEnd.Diverged, ResultOf(
                TrialEnd.Diverged, $"The loss was {diverged.Loss} at step {diverged.Step}.", diverged.Result)),
            TrialOutcome.Stopped => (RankEnd.Stopped, null),
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "Not an outcome."),
        };
        if (start.Rank != 0)
            Report(_end);
        else if (start.WorldSize > 1 && Current.Result is not null)
            Enter(Confirming, () => start.Schedule.Tell(new ConfirmMasks(start.Trial, start.Token, Current.MaskReports)));
        else
            Store();
    }

    /// <summary>The batches are on their way: the result follows them, into the same transaction if it can.</summary>
    private void Store()
    {
        Become(Storing);
        _sayAgain = SayWhatIsNotStored;
        SayResult();
        ReportIfStored();
    }

    private StoredResult ResultOf(TrialEnd end, string? reason, TrialResult result) => new()
    {
        TrialId = Current.Start.Trial,
        End = end,
        Reason = reason,
        Attempts = Current.Start.Attempt,
        Token = Current.Start.Token,
        Result = result,
        EnvironmentId = _options.EnvironmentId,
    };

    private void SayBatches()
    {
        foreach (MetricsBatch batch in Current.Outbox.Values)
            _options.Metrics.Tell(batch);
    }

    private void SayAddress()
    {
        StartRank start = Current.Start;
        if (Current.Address is { Gang.Task.IsCompleted: false } own)
            _options.Coordinator.Tell(new PublishAddress(start.Trial, start.Token, start.Rank, own.Round, own.Address));
    }

    private void SayWhatIsUnanswered()
    {
        SayBatches();
        SayAddress();
    }

    private void SayResult()
    {
        if (Current.Result is { } result)
            _options.Metrics.Tell(new RecordResult(result));
    }

    private void SayWhatIsNotStored()
    {
        SayBatches();
        SayResult();
    }

    private void ReportIfStored()
    {
        if (Current.IsStored)
            Report(_end!);
    }

    private void Report(RankEnd end)
    {
        _end = end;
        if (end.Failure is not null)
            Log($"failed ({end.Failure.Kind}): {end.Failure.Reason}");
        StartRank start = Current.Start;
        Enter(Reporting, () => _options.Coordinator.Tell(new RankEnded(start.Trial, start.Token, start.Rank, end)));
    }

    private bool IsAboutCurrentEnd(IReply reply) =>
        reply.Key == RankEnded.KeyOf(Current.Start.Trial, Current.Start.Token, Current.Start.Rank);

    /// <summary>Only when the end is in the journal nobody will want the checkpoints.</summary>
    private void Conclude(IReply reply)
    {
        bool isResult = _end is { Kind: RankEndKind.Completed or RankEndKind.Diverged };
        if (isResult && Current.Start.Rank == 0 && reply is not Refused)
            Release(Current.Start.Trial);
        Leave();
    }

    private void Release(string trial)
    {
        try
        {
            _options.Runner.Release(trial);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _log.Warning(exception, "Worker {0}: trial {1} has ended, but its checkpoints stay", _options.Name, trial);
        }
    }

    /// <summary>Done with the attempt; on to the next, if one waits.</summary>
    private void Leave()
    {
        Current.Dispose();
        _attempt = null;
        _end = null;
        if (_next is not { } next)
        {
            Enter(Idle, () => { });
            return;
        }

        _next = null;
        Prepare(next);
    }

    private void Note(IReply reply)
    {
        if (reply.Key != _registration.Key)
            return;
        _isRegistered = true;
        if (reply is Refused refused)
            _log.Warning("Worker {0} is not registered: {1}", _options.Name, refused.Reason);
    }

    private void Repeat()
    {
        if (!_isRegistered)
            _options.Coordinator.Tell(_registration);
        _sayAgain();
    }

    private void Enter(Action behaviour, Action say)
    {
        _sayAgain = say;
        Become(behaviour);
        say();
    }

    private bool IsCurrent(CancelRank cancel) => cancel.Token == Current.Start.Token;

    private static RankEnd Cancelled() => RankEnd.Failed(FailureKind.PeerLoss, "Cancelled.");

    private void Log(string what) => _log.Warning(
        "Worker {0}: trial {1}, token {2}, rank {3} {4}",
        _options.Name, Current.Start.Trial, Current.Start.Token, Current.Start.Rank, what);
}
