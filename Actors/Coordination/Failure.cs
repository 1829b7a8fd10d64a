using System.Runtime.InteropServices;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Data;

namespace Orchestrator.Actors.Coordination;

/// <summary>Why something did not come to its end, in a kind that decides and a sentence that explains.</summary>
internal sealed record Failure(FailureKind Kind, string Reason)
{
    /// <summary>Longest reason that is kept: a stack trace fits, a runaway message does not fill the journal.</summary>
    public const int ReasonLengthMax = 4000;

    private const int NoSpaceLeft = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;

    /// <summary>The one place where exceptions become kinds.</summary>
    public static Failure From(Exception exception)
    {
        FailureKind kind = KindOf(exception);
        string reason = kind == FailureKind.Bug ? exception.ToString() : exception.Message;
        return new Failure(kind, reason.Length <= ReasonLengthMax ? reason : reason[..ReasonLengthMax]);
    }

    private static FailureKind KindOf(Exception exception) => exception switch
    {
        OutOfMemoryException => FailureKind.OutOfMemory,
        ExternalException native when SaysOutOfMemory(native.Message) => FailureKind.OutOfMemory,
        DataException => FailureKind.BadData,
        RunStoreException => FailureKind.Storage,
        IOException { HResult: NoSpaceLeft or ReadOnlyFileSystem or QuotaExceeded } => FailureKind.Storage,
        OperationCanceledException => FailureKind.PeerLoss,
        _ => FailureKind.Bug,
    };

    /// <summary>libtorch tells all its errors by one type: only the text says which one ran out of memory.</summary>
    private static bool SaysOutOfMemory(string message) =>
        message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase)
        || message.Contains("not enough memory", StringComparison.OrdinalIgnoreCase)
        || message.Contains("out of memory", StringComparison.OrdinalIgnoreCase);
}
