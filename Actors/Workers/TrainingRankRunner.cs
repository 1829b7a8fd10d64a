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
    /// <summary>
    /// For a rank that hangs; one that fails or dies ends the ring at once. Well above what may keep a rank from its part: the
    /// first load of a data set before the join, a checkpoint on a slow disk before an operation.
    /// </summary>
    private static readonly CommunicatorOptions Exchange = new()
    {
        JoinDeadline = TimeSpan.FromMinutes(5),
        OperationDeadline = TimeSpan.FromMinutes(5),
    };

    private readonly TrialTraining _training = new(store, data, time);

    public TrialOutcome Run(RankAssignment assignment, ITrainingObserver observer, RankSignals signals, IRankLink link)
    {
        try
        {
            TrialOutcome outcome = _training.Run(assignment, () => Join(assignment, signals), observer, signals.Stop);
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

    private IGradientExchange Join(RankAssignment rank, RankSignals signals) => rank.WorldSize == 1
        ? new SingleRankExchange()
        : rings.Join(rank.Trial, rank.Token, rank.Rank, rank.WorldSize, Exchange, signals.Abort);
}
