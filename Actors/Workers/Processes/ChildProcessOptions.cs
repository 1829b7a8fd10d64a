using Orchestrator.Models.Data;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>How the ranks of gangs run in processes of their own.</summary>
internal sealed record ChildProcessOptions
{
    /// <summary>The run store, which the processes read.</summary>
    public required string RunDirectory { get; init; }

    public required DataRoot Data { get; init; }

    /// <summary>How the processes are joined.</summary>
    public required GangTransport Transport { get; init; }

    /// <summary>At least so long between two reports of steps.</summary>
    public required TimeSpan StepInterval { get; init; }

    public required Func<IRankProcess> Start { get; init; }

    /// <summary>
    /// From the wish that a rank end at once until it is killed, and from its last words until then. Long enough for a step
    /// and for leaving the gang in order; with twice as long, so much longer a gang waits for a rank that hangs.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    public required TimeProvider Time { get; init; }
}
