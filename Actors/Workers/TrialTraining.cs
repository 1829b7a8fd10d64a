using System.Collections.Frozen;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Data;
using Orchestrator.Models.Training;
using static Orchestrator.Actors.Workers.WorkerProtocol;

namespace Orchestrator.Actors.Workers;

/// <summary>Trains ranks of the trials of a run's plan, whatever process they are in.</summary>
internal sealed class TrialTraining(RunStore store, DataRoot data, TimeProvider time)
{
    private readonly FrozenDictionary<string, Trial> _trials = store.Plan.Trials.ToFrozenDictionary(trial => trial.Id);

    /// <param name="join">The rank's way into its gang; called when the data are there, which may take its time.</param>
    public TrialOutcome Run(
        RankAssignment assignment, Func<IGradientExchange> join, ITrainingObserver observer, CancellationToken stop)
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
            Exchange = join(),
            Pruning = assignment.Program,
            Directory = store.TrialDirectory(trial.Id),
            Observer = observer,
            Time = time,
        };
        return TrainingLoop.Run(run, stop);
    }
}
