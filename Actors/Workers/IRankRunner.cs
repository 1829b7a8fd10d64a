using System.Collections.Immutable;
using Orchestrator.Models.Training;
using static Orchestrator.Actors.Workers.WorkerProtocol;

namespace Orchestrator.Actors.Workers;

/// <summary>Trains one rank. The actors know no more of training than this.</summary>
internal interface IRankRunner
{
    /// <summary>Runs on the calling thread until the rank has ended. What it throws ends the attempt.</summary>
    TrialOutcome Run(RankAssignment assignment, ITrainingObserver observer, RankSignals signals, IRankLink link);

    /// <summary>The trial's end is on record: what was kept to go on from goes.</summary>
    void Release(string trial);
}

/// <param name="Stop">Stop after the step, with a checkpoint.</param>
/// <param name="Abort">Stop at once: nobody waits for the result any more.</param>
internal readonly record struct RankSignals(CancellationToken Stop, CancellationToken Abort);

/// <summary>What a rank that is not in this process needs of its worker, beside an observer. Thread-safe.</summary>
internal interface IRankLink
{
    /// <summary>Publishes the rank's address. Completes with those of all ranks, in their order; is cancelled when the attempt ends.</summary>
    /// <param name="round">Counts the rank's exchanges from 0; the one before must be complete.</param>
    Task<ImmutableArray<string>> ExchangeAsync(int round, string address);

    /// <summary>For the log of the run.</summary>
    void Tell(string line);
}
