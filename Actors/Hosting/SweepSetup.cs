using System.Collections.Immutable;
using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Metrics;
using Orchestrator.Actors.Pruning;
using Orchestrator.Actors.Workers;
using Orchestrator.Experiments.Planning;

namespace Orchestrator.Actors.Hosting;

/// <summary>The parts that a sweep is put together from.</summary>
internal sealed record SweepSetup
{
    public required Plan Plan { get; init; }

    public required ITrialStore Store { get; init; }

    public required IPruningPrograms Programs { get; init; }

    public required IRankRunner Runner { get; init; }

    /// <summary>One per slot.</summary>
    public required ImmutableArray<RankThread> Threads { get; init; }

    public required ActorSettings Settings { get; init; }

    public required string EnvironmentId { get; init; }

    public required IProgress<SweepProgress> Progress { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Folder of the run, for messages.</summary>
    public required string Place { get; init; }

    public SweepProtocol.Accept AcceptPlan() => new(
        Plan.Hash,
        [
            .. Plan.Trials.Select(trial => new PlannedTrial(
                trial.Id, Plan.Cells[trial.Cell].Configuration.Training.WorldSize, [.. trial.DependsOn])),
        ]);
}
