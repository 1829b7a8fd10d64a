using System.Collections.Concurrent;
using Orchestrator.Actors.Workers;
using Orchestrator.Models.Training;
using static Orchestrator.Actors.Workers.WorkerProtocol;

namespace Orchestrator.Actors.Tests.Workers;

/// <summary>Ranks that do what a test says, without a training.</summary>
internal sealed class ScriptedRunner(Func<RankAssignment, ITrainingObserver, RankSignals, IRankLink, TrialOutcome> run) : IRankRunner
{
    public ScriptedRunner(Func<RankAssignment, ITrainingObserver, RankSignals, TrialOutcome> run)
        : this((assignment, observer, signals, _) => run(assignment, observer, signals))
    {
    }

    public ConcurrentQueue<RankAssignment> Runs { get; } = [];

    public ConcurrentQueue<string> Released { get; } = [];

    public static ScriptedRunner Completing() =>
        new((_, _, _) => new TrialOutcome.Completed(Plans.Result()));

    /// <summary>Trains until it is told to stop.</summary>
    public static ScriptedRunner Endless() => new((_, _, signals) =>
    {
        signals.Stop.WaitHandle.WaitOne();
        signals.Abort.ThrowIfCancellationRequested();
        return new TrialOutcome.Stopped(1);
    });

    public TrialOutcome Run(RankAssignment assignment, ITrainingObserver observer, RankSignals signals, IRankLink link)
    {
        Runs.Enqueue(assignment);
        return run(assignment, observer, signals, link);
    }

    public void Release(string trial) => Released.Enqueue(trial);
}
