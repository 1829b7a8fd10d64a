using System.Collections.Immutable;
using Akka.Actor;
using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Serialization;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Metrics;

/// <summary>
/// What <see cref="MetricsAggregator"/> is told and what it answers. Batches and results are sent until they are answered;
/// an answer means that they are on disk. Reports are for those who watch: the newest counts, and one may be lost.
/// </summary>
internal static class MetricsProtocol
{
    /// <summary>Points of one rank. (trial, token, rank, sequence) names it: told twice, it is one.</summary>
    /// <param name="Sequence">Counts the rank's batches from 0.</param>
    internal sealed record MetricsBatch(string Trial, long Token, int Rank, long Sequence, ImmutableArray<MetricPoint> Points)
        : IWireMessage;

    internal sealed record BatchCommitted(string Trial, long Token, int Rank, long Sequence) : IWireMessage;

    internal sealed record RecordResult(StoredResult Result) : IWireMessage;

    internal sealed record ResultCommitted(string Trial, long Token) : IWireMessage;

    /// <summary>The answer to a batch or a result of an attempt that another one has taken the place of.</summary>
    internal sealed record StaleAttempt(string Trial, long Token, long NewestToken) : IWireMessage;

    internal sealed record StepReport(string Trial, long Token, long Step, long Steps, int Epoch, double Loss) : IWireMessage;

    /// <summary>From the coordinator. A failure is stored; without an answer, for the coordinator says it again when it is restarted.</summary>
    /// <param name="Attempt">Attempts begun.</param>
    /// <param name="Reason">With <see cref="TrialState.Failed"/>.</param>
    internal sealed record TrialReport(string Trial, long Token, int Attempt, TrialState State, string? Reason) : IWireMessage;

    /// <summary>Answered by <see cref="Drained"/> when all that came before is on disk and shown.</summary>
    internal sealed record Drain : IWireMessage;

    internal sealed record Drained : IWireMessage;

    /// <summary>To the parent: the store takes no more writes. What was not acknowledged is not stored.</summary>
    internal sealed record StorageFailed(Exception Cause) : INoSerializationVerificationNeeded;

    internal sealed record Commit : INoSerializationVerificationNeeded
    {
        public static readonly Commit Instance = new();
    }

    internal sealed record Publish : INoSerializationVerificationNeeded
    {
        public static readonly Publish Instance = new();
    }
}
