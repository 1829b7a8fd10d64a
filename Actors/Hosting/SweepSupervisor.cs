using Akka.Actor;
using Akka.Event;
using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Metrics;
using Orchestrator.Actors.Workers;
using Orchestrator.Experiments.Runs;
using static Orchestrator.Actors.Coordination.SweepProtocol;
using static Orchestrator.Actors.Metrics.MetricsProtocol;

namespace Orchestrator.Actors.Hosting;

/// <summary>
/// Parent of a sweep's actors in one process. It knows when the sweep is over and everything on disk; and when a part breaks
/// it ends the sweep with the cause, for in one process there is nobody left to take over, and nothing is lost.
/// </summary>
internal sealed class SweepSupervisor : ReceiveActor
{
    private readonly SweepSetup _setup;
    private readonly TaskCompletionSource<SweepOutcome> _completion;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private IActorRef _coordinator = ActorRefs.Nobody;
    private IActorRef _metrics = ActorRefs.Nobody;
    private Exception? _crash;
    private SweepEnded? _ended;

    public SweepSupervisor(SweepSetup setup, TaskCompletionSource<SweepOutcome> completion)
    {
        _setup = setup;
        _completion = completion;

        Receive<StopSweep>(_ => _coordinator.Tell(new Stop("Stopped by the user.")));
        Receive<SweepEnded>(DrainMetrics);
        Receive<Drained>(_ => Complete());
        Receive<Refused>(refused => Fail(new SweepBrokenException(refused.Reason)));
        Receive<IReply>(_ => { });
        Receive<JournalFailed>(failed => Fail(Named(failed.Cause)));
        Receive<StorageFailed>(failed => Fail(failed.Cause));
        Receive<StorageHalted>(halted => Fail(new RunStoreException(RunStoreFault.Full, halted.Reason)));
        Receive<Terminated>(Lose);
    }

    public static Props PropsFor(SweepSetup setup, TaskCompletionSource<SweepOutcome> completion) =>
        Props.Create(() => new SweepSupervisor(setup, completion));

    protected override void PreStart()
    {
        _metrics = Context.Watch(Context.ActorOf(MetricsAggregator.PropsFor(MetricsOptions()), "metrics"));
        Props coordinator = SweepCoordinator.PropsFor(_setup.Plan.RunName, _metrics, _setup.Programs);
        _coordinator = Context.Watch(Context.ActorOf(coordinator, "coordinator"));
        _coordinator.Tell(_setup.AcceptPlan());
        for (int slot = 0; slot < _setup.Threads.Length; slot++)
            Context.Watch(Context.ActorOf(GpuWorker.PropsFor(WorkerOptions(slot)), $"worker-{slot}"));
    }

    /// <summary>An actor that throws is not started again: it would have forgotten what it was told.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
    {
        _crash ??= exception;
        return Directive.Stop;
    });

    private void DrainMetrics(SweepEnded ended)
    {
        _ended = ended;
        _metrics.Tell(new Drain());
    }

    private void Complete()
    {
        SweepEnded ended = _ended ?? throw new InvalidOperationException("Drained before the end.");
        _completion.TrySetResult(
            new SweepOutcome(ended.Succeeded, ended.Diverged, ended.Failed, ended.Pending, ended.Stopped));
    }

    private void Lose(Terminated terminated) => Fail(
        new SweepBrokenException($"`{terminated.ActorRef.Path.Name}` broke; what was stored is safe.", _crash));

    private void Fail(Exception exception)
    {
        _log.Error(exception, "Sweep {0} ends", _setup.Plan.RunName);
        _completion.TrySetException(exception);
    }

    /// <summary>What the disk did is told in the run store's words, however deep the journal has wrapped it.</summary>
    private Exception Named(Exception cause)
    {
        for (Exception? inner = cause; inner is not null; inner = inner.InnerException)
        {
            if (StoreFaults.IsStorage(inner))
                return StoreFaults.From(inner, _setup.Place);
        }

        return new SweepBrokenException("The journal failed.", cause);
    }

    private MetricsOptions MetricsOptions() => new()
    {
        Store = _setup.Store,
        Plan = _setup.Plan,
        EnvironmentId = _setup.EnvironmentId,
        Progress = _setup.Progress,
        PublishInterval = _setup.Settings.PublishInterval,
        Time = _setup.Time,
    };

    private GpuWorkerOptions WorkerOptions(int slot) => new()
    {
        Name = $"worker-{slot}",
        Coordinator = _coordinator,
        Metrics = _metrics,
        Runner = _setup.Runner,
        Thread = _setup.Threads[slot],
        EnvironmentId = _setup.EnvironmentId,
        OutstandingBatchesMax = _setup.Settings.OutstandingBatches,
        ResendInterval = _setup.Settings.ResendInterval,
        StepInterval = _setup.Settings.StepInterval,
        Time = _setup.Time,
    };

    internal sealed record StopSweep : INoSerializationVerificationNeeded
    {
        public static readonly StopSweep Instance = new();
    }
}
