using Orchestrator.Actors.Hosting;
using Orchestrator.Experiments.Planning;

namespace Orchestrator.Actors.Metrics;

/// <summary>What <see cref="MetricsAggregator"/> works with.</summary>
internal sealed record MetricsOptions
{
    public required ITrialStore Store { get; init; }

    public required Plan Plan { get; init; }

    /// <summary>For the results of failed trials.</summary>
    public required string EnvironmentId { get; init; }

    /// <summary>Hears of the sweep on the aggregator's thread: who is slow here slows the training down.</summary>
    public required IProgress<SweepProgress> Progress { get; init; }

    public required TimeSpan PublishInterval { get; init; }

    public required TimeProvider Time { get; init; }
}
