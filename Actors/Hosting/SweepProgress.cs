using System.Collections.Immutable;
using Orchestrator.Actors.Coordination;

namespace Orchestrator.Actors.Hosting;

/// <summary>Where a sweep stands, at one moment.</summary>
public sealed record SweepProgress
{
    /// <summary>In the order of the plan.</summary>
    public required ImmutableArray<TrialProgress> Trials { get; init; }

    public required int Waiting { get; init; }

    public required int Pending { get; init; }

    public required int Running { get; init; }

    public required int Succeeded { get; init; }

    public required int Diverged { get; init; }

    public required int Failed { get; init; }

    /// <summary>Since this process took the sweep up.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Estimate from the work done in this process; null before there is any.</summary>
    public required TimeSpan? Remaining { get; init; }
}

/// <summary>Where a trial stands.</summary>
/// <param name="Cell">Name of its cell.</param>
/// <param name="Step">Steps done, of <paramref name="Steps"/>; both 0 before the first is.</param>
/// <param name="Loss">Of the newest step that was reported.</param>
/// <param name="Metric">Name of the newest metric under <c>validation/</c> or <c>test/</c>, the objective's where there is one.</param>
/// <param name="Sparsity">Share of zeros in the pruned matrices; null before the first mask.</param>
/// <param name="Attempt">Attempts begun.</param>
/// <param name="Reason">Why it failed.</param>
public sealed record TrialProgress(
    string Trial,
    string Cell,
    long Seed,
    TrialState State,
    long Step = 0,
    long Steps = 0,
    int Epoch = 0,
    double? Loss = null,
    string? Metric = null,
    double? MetricValue = null,
    double? Sparsity = null,
    int Attempt = 0,
    string? Reason = null);
