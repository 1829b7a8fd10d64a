using Orchestrator.Models.Training;
using static Orchestrator.Actors.Workers.WorkerProtocol;

namespace Orchestrator.Actors.Workers;

/// <summary>Trains one rank. The actors know no more of training than this.</summary>
internal interface IRankRunner
{
    /// <summary>Runs on the calling thread until the rank has ended. What it throws ends the attempt.</summary>
    TrialOutcome Run(RankAssignment assignment, ITrainingObserver observer, RankSignals signals);

    /// <summary>The trial's end is on record: what was kept to go on from goes.</summary>
    void Release(string trial);
}

/// <param name="Stop">Stop after the step, with a checkpoint.</param>
/// <param name="Abort">Stop at once: nobody waits for the result any more.</param>
internal readonly record struct RankSignals(CancellationToken Stop, CancellationToken Abort);
