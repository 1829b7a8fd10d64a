using Orchestrator.Actors.Workers;

namespace Orchestrator.Execution;

/// <summary>How a run is to be executed; what is executed is in its store.</summary>
internal sealed record RunRequest
{
    /// <summary>As given with --data; null: as the environment says.</summary>
    public required string? DataFolder { get; init; }

    public required int Slots { get; init; }

    /// <summary>Where the ranks of a trial with several train.</summary>
    public GangTransport Transport { get; init; } = GangTransport.InProcess;

    public bool OpensReport { get; init; }

    /// <summary>Whether the outcome is wanted in JSON.</summary>
    public bool Json { get; init; }
}
