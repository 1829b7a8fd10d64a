using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Runs;

/// <summary>How a trial ended, once and for all.</summary>
public sealed record StoredResult
{
    public required string TrialId { get; init; }

    public required TrialEnd End { get; init; }

    /// <summary>One sentence for an end that is no success; null for a success.</summary>
    public string? Reason { get; init; }

    /// <summary>Executions that were begun, the one that ended it included.</summary>
    public required int Attempts { get; init; }

    /// <summary>Fencing token of the attempt that ended it.</summary>
    public required long Token { get; init; }

    /// <summary>Null if the trial failed before it had any.</summary>
    public TrialResult? Result { get; init; }

    /// <summary>The environment (software, machine) in which the last attempt ran; see <see cref="RunStore.Environments"/>.</summary>
    public required string EnvironmentId { get; init; }
}

public enum TrialEnd
{
    Succeeded,
    Diverged,
    Failed,
}

/// <summary>One number of a trial, as stored. (trial, name, step) is its key.</summary>
public readonly record struct StoredMetric(string TrialId, string Name, long Step, double Epoch, double Value);
