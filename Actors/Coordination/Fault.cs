using System.Runtime.InteropServices;
using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Workers.Processes;
using Orchestrator.Experiments.Runs;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;
using Orchestrator.Models.Pruning;

namespace Orchestrator.Actors.Coordination;

/// <summary>Why something did not come to its end, in a kind that decides and a sentence that explains.</summary>
internal sealed record Fault(FailureKind Kind, string Reason)
{
    /// <summary>Longest reason that is kept: a stack trace fits, a runaway message does not fill the journal.</summary>
    public const int ReasonLengthMax = 4000;

    /// <summary>The one place where exceptions become kinds.</summary>
    public static Fault From(Exception exception)
    {
        if (exception is RankFailedException elsewhere)
            return elsewhere.Failure;
        FailureKind kind = KindOf(exception);
        string reason = kind == FailureKind.Bug ? exception.ToString() : exception.Message;
        return new Fault(kind, reason.Length <= ReasonLengthMax ? reason : reason[..ReasonLengthMax]);
    }

    private static FailureKind KindOf(Exception exception) => exception switch
    {
        OutOfMemoryException => FailureKind.OutOfMemory,
        ExternalException native when SaysOutOfMemory(native.Message) => FailureKind.OutOfMemory,
        DataException => FailureKind.BadData,
        BadInputException or PruningConfigurationException => FailureKind.BadConfiguration,
        CollectiveException { Failure: CollectiveFailure.Mismatch } => FailureKind.Bug,
        CollectiveException => FailureKind.PeerLoss,
        RunStoreException => FailureKind.Storage,
        _ when StoreFaults.IsStorage(exception) && IsDiskUnusable(exception) => FailureKind.Storage,
        OperationCanceledException => FailureKind.PeerLoss,
        _ => FailureKind.Bug,
    };

    private static bool IsDiskUnusable(Exception exception) =>
        StoreFaults.From(exception, string.Empty).Fault is RunStoreFault.Full or RunStoreFault.ReadOnly;

    /// <summary>libtorch tells all its errors by one type: only the text says which one ran out of memory.</summary>
    private static bool SaysOutOfMemory(string message) =>
        message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase)
        || message.Contains("not enough memory", StringComparison.OrdinalIgnoreCase)
        || message.Contains("out of memory", StringComparison.OrdinalIgnoreCase);
}
