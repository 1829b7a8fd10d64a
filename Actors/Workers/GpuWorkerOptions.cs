using Akka.Actor;

namespace Orchestrator.Actors.Workers;

/// <summary>What a <see cref="GpuWorker"/> works with.</summary>
internal sealed record GpuWorkerOptions
{
    /// <summary>Unique in the sweep.</summary>
    public required string Name { get; init; }

    public required IActorRef Coordinator { get; init; }

    public required IActorRef Metrics { get; init; }

    public required IRankRunner Runner { get; init; }

    public required RankThread Thread { get; init; }

    /// <summary>Of this process, for results.</summary>
    public required string EnvironmentId { get; init; }

    /// <summary>
    /// Batches of metrics that may wait for the disk. With one, each batch costs the training a commit; with very many, a slow
    /// disk is noticed only when memory runs short.
    /// </summary>
    public required int OutstandingBatchesMax { get; init; }

    /// <summary>After which what has found no answer is said again.</summary>
    public required TimeSpan ResendInterval { get; init; }

    /// <summary>At least so long between two reports of steps.</summary>
    public required TimeSpan StepInterval { get; init; }

    public required TimeProvider Time { get; init; }
}
