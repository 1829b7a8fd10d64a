using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Checkpoints;
using Orchestrator.Models.Data;
using Orchestrator.Models.Training;
using static Orchestrator.Actors.Workers.WorkerProtocol;

namespace Orchestrator.Actors.Workers;

/// <summary>The real training, in this process: joins the ring of its gang and trains.</summary>
internal sealed class TrainingRankRunner(RunStore store, DataRoot data, LocalRingRendezvous rings, TimeProvider time) : IRankRunner
{
    private readonly TrialTraining _training = new(store, data, GangTransport.InProcess, time);

    public TrialOutcome Run(RankAssignment assignment, ITrainingObserver observer, RankSignals signals, IRankLink link)
    {
        try
        {
            TrialOutcome outcome = _training.Run(assignment, options => Join(assignment, options, signals), observer, signals.Stop);
            rings.Leave(assignment.Trial, assignment.Token, assignment.Rank);
            return outcome;
        }
        catch (Exception exception)
        {
            rings.Abort(assignment.Trial, assignment.Token, assignment.Rank, exception.Message);
            throw;
        }
    }

    public void Release(string trial) => CheckpointFolder.Delete(store.TrialDirectory(trial));

    private IGradientExchange Join(RankAssignment rank, CommunicatorOptions options, RankSignals signals) => rank.WorldSize == 1
        ? new SingleRankExchange()
        : rings.Join(rank.Trial, rank.Token, rank.Rank, rank.WorldSize, options, signals.Abort);
}
