using System.Collections.Immutable;
using Akka.Actor;
using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Serialization;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Workers;

/// <summary>What <see cref="GpuWorker"/> is told, by the coordinator and by its own thread.</summary>
internal static class WorkerProtocol
{
    /// <summary>From the training thread to its actor: it never leaves the process.</summary>
    internal interface IFromThread : INoSerializationVerificationNeeded
    {
        long Token { get; }
    }

    /// <summary>
    /// Run one rank of an attempt. A newer token than that of the attempt under way takes its place; an older one is refused.
    /// Answered as a command of the coordinator is, under <see cref="Key"/>.
    /// </summary>
    /// <param name="Attempt">Of this trial, counted from 1; the token counts all attempts of the sweep.</param>
    /// <param name="Schedule">The trial's pruning schedule.</param>
    internal sealed record StartRank(string Trial, long Token, int Rank, int WorldSize, int Attempt, IActorRef Schedule)
        : IWireMessage
    {
        public string Key => $"start-rank/{Trial}/{Token}/{Rank}";
    }

    /// <param name="Graceful">Stop after the step, with a checkpoint; otherwise at once, whatever is lost since the last one.</param>
    internal sealed record CancelRank(string Trial, long Token, bool Graceful) : IWireMessage;

    internal sealed record MetricsReady(long Token, IReadOnlyList<MetricPoint> Points) : IFromThread;

    internal sealed record MasksReady(long Token, long Step, string Hash) : IFromThread;

    internal sealed record StepReady(long Token, long Step, long Steps, int Epoch, double Loss) : IFromThread;

    /// <summary>The rank can be reached at an address, and waits for those of its gang.</summary>
    /// <param name="Gang">To be completed with the addresses of all ranks, in their order.</param>
    internal sealed record AddressReady(long Token, int Round, string Address, TaskCompletionSource<ImmutableArray<string>> Gang)
        : IFromThread;

    /// <summary>A line for the log.</summary>
    internal sealed record LineReady(StartRank From, string Line) : IFromThread
    {
        public long Token => From.Token;
    }

    /// <summary>The thread is free again. Exactly one of the two is there.</summary>
    internal sealed record RankFinished(long Token, TrialOutcome? Outcome, Fault? Failure) : IFromThread;

    /// <summary>Time to say again what has found no answer.</summary>
    internal sealed record Resend : INoSerializationVerificationNeeded
    {
        public static readonly Resend Instance = new();
    }

    /// <summary>All that a rank's training needs from the control plane.</summary>
    internal sealed record RankAssignment(string Trial, long Token, int Rank, int WorldSize, PruningProgram Program);
}
