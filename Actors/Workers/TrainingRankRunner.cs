using System.Collections.Frozen;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Checkpoints;
using Orchestrator.Models.Data;
using Orchestrator.Models.Training;
using static Orchestrator.Actors.Workers.WorkerProtocol;

namespace Orchestrator.Actors.Workers;

/// <summary>The real training: finds the trial in the plan, joins the ring of its gang and trains.</summary>
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

    private readonly FrozenDictionary<string, Trial> _trials = store.Plan.Trials.ToFrozenDictionary(trial => trial.Id);

    public TrialOutcome Run(RankAssignment assignment, ITrainingObserver observer, RankSignals signals)
    {
        try
        {
            Trial trial = _trials[assignment.Trial];
            TrialConfiguration configuration = store.Plan.Cells[trial.Cell].Configuration;
            var run = new TrialRun
            {
                TrialId = trial.Id,
                Configuration = configuration,
                Seed = trial.Seed,
                Data = DataSets.Load(configuration.Data, data),
                Exchange = Join(assignment, signals),
                Pruning = assignment.Program,
                Directory = store.TrialDirectory(trial.Id),
                Observer = observer,
                Time = time,
            };
            TrialOutcome outcome = TrainingLoop.Run(run, signals.Stop);
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
