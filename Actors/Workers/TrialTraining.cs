using System.Collections.Frozen;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Data;
using Orchestrator.Models.Training;
using static Orchestrator.Actors.Workers.WorkerProtocol;

namespace Orchestrator.Actors.Workers;

/// <summary>Trains ranks of the trials of a run's plan, whatever process they are in.</summary>
internal sealed class TrialTraining(RunStore store, DataRoot data, GangTransport transport, TimeProvider time)
{
    private readonly FrozenDictionary<string, Trial> _trials = store.Plan.Trials.ToFrozenDictionary(trial => trial.Id);

    /// <summary>
    /// The deadlines are for a rank that hangs; one that fails or dies ends the ring at once. They are well above what may keep a
    /// rank from its part: the first load of a data set before the join, a checkpoint on a slow disk before an operation.
    /// </summary>
    private static readonly CommunicatorOptions Patient = new()
    {
        JoinDeadline = TimeSpan.FromMinutes(5),
        OperationDeadline = TimeSpan.FromMinutes(5),
    };

    /// <param name="join">The rank's way into its gang; called when the data are there, which may take its time.</param>
    public TrialOutcome Run(
        RankAssignment assignment, Func<CommunicatorOptions, IGradientExchange> join, ITrainingObserver observer, CancellationToken stop)
    {
        Trial trial = _trials[assignment.Trial];
        TrialConfiguration configuration = store.Plan.Cells[trial.Cell].Configuration;
        IDataSet loaded = DataSets.Load(configuration.Data, data);
        var run = new TrialRun
        {
            TrialId = trial.Id,
            Configuration = configuration,
            Seed = trial.Seed,
            Data = loaded,
            Exchange = join(OptionsFor(configuration.Training.Exchange)),
            Pruning = assignment.Program,
            Directory = store.TrialDirectory(trial.Id),
            Observer = observer,
            Time = time,
        };
        return TrainingLoop.Run(run, stop);
    }

    private CommunicatorOptions OptionsFor(ExchangeOptions exchange) => Patient with
    {
        Algorithm = exchange.Algorithm,
        BucketBytes = exchange.BucketBytes,
        Links = new RunLinks(store, transport),
    };
}
