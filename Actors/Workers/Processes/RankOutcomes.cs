using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Serialization;
using Orchestrator.Models.Training;
using Proto = Orchestrator.Actors.Serialization.Proto;
using Said = Orchestrator.Actors.Serialization.Proto.FromRank.SaidOneofCase;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>The last words of a rank, as they are written and read.</summary>
internal static class RankOutcomes
{
    public static Proto.FromRank Write(TrialOutcome outcome) => outcome switch
    {
        TrialOutcome.Completed completed => new Proto.FromRank
        {
            Completed = new Proto.RankCompleted { Result = MetricsWire.Write(completed.Result) },
        },
        TrialOutcome.Diverged diverged => new Proto.FromRank
        {
            Diverged = new Proto.RankDiverged
            {
                Step = diverged.Step,
                Loss = diverged.Loss,
                Result = MetricsWire.Write(diverged.Result),
            },
        },
        TrialOutcome.Stopped stopped => new Proto.FromRank { Stopped = new Proto.RankStopped { Step = stopped.Step } },
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "Not an outcome."),
    };

    public static Proto.FromRank Write(Fault failure) => new() { Failed = SweepWire.Write(failure) };

    /// <summary>Whether nothing more comes.</summary>
    public static bool IsLast(Proto.FromRank message) =>
        message.SaidCase is Said.Completed or Said.Diverged or Said.Stopped or Said.Failed;

    /// <exception cref="RankFailedException">The rank has failed.</exception>
    /// <exception cref="FormatException">Something is missing.</exception>
    public static TrialOutcome Read(Proto.FromRank last) => last.SaidCase switch
    {
        Said.Completed => new TrialOutcome.Completed(Read(last.Completed.Result)),
        Said.Diverged => new TrialOutcome.Diverged(last.Diverged.Step, last.Diverged.Loss, Read(last.Diverged.Result)),
        Said.Stopped => new TrialOutcome.Stopped(last.Stopped.Step),
        Said.Failed => throw new RankFailedException(WireValues.Required(SweepWire.Read(last.Failed))),
        _ => throw new ArgumentOutOfRangeException(nameof(last), last.SaidCase, "Not the last words of a rank."),
    };

    private static TrialResult Read(Proto.TrialResult? result) => MetricsWire.Read(WireValues.Required(result));
}
