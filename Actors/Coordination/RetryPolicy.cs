namespace Orchestrator.Actors.Coordination;

/// <summary>What follows from a failed attempt, by the kind of the failure alone.</summary>
internal static class RetryPolicy
{
    /// <summary>
    /// Charged failures after which a trial is tried again. Two tell a passing fault (memory taken by a neighbour) from one
    /// that stays; one would not, and four waste the time of a long trial.
    /// </summary>
    public const int ChargedRetriesMax = 2;

    /// <param name="kind">Of the attempt that has just failed.</param>
    /// <param name="charged">Failures that were charged before.</param>
    public static Verdict After(FailureKind kind, int charged) => kind switch
    {
        FailureKind.NodeLoss or FailureKind.Storage => Verdict.Retry,
        FailureKind.BadConfiguration or FailureKind.BadData or FailureKind.Dependency => Verdict.Fail,
        FailureKind.OutOfMemory or FailureKind.PeerLoss or FailureKind.MaskMismatch or FailureKind.Bug =>
            charged < ChargedRetriesMax ? Verdict.RetryCharged : Verdict.Fail,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind of failure."),
    };

    internal enum Verdict
    {
        Retry,
        RetryCharged,
        Fail,
    }
}
