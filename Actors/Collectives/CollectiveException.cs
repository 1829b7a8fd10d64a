namespace Orchestrator.Actors.Collectives;

/// <summary>
/// A collective operation, or the joining of a ring, has failed. All ranks of the ring get the same failure; the buffer
/// that was being summed holds nothing of use.
/// </summary>
public sealed class CollectiveException : Exception
{
    internal CollectiveException(string ring, long token, RingFailure failure)
        : base($"Ring `{ring}`, epoch {token}: {failure.What}.")
    {
        Ring = ring;
        Token = token;
        Rank = failure.Rank;
        Failure = failure.Kind;
        RetryHelps = failure.RetryHelps;
    }

    /// <summary>The ring.</summary>
    public string Ring { get; }

    /// <summary>The epoch (fencing token) of the member that is told.</summary>
    public long Token { get; }

    /// <summary>The rank with which the failure began, on whichever rank it is thrown.</summary>
    public int Rank { get; }

    /// <summary>What happened.</summary>
    public CollectiveFailure Failure { get; }

    /// <summary>Whether the same work may succeed in a new epoch. False: it would fail again, or nobody wants it any more.</summary>
    public bool RetryHelps { get; }

    /// <summary>Whether a rank with this cancellation token is told no more than that it was to stop.</summary>
    internal bool IsCancellationBy(CancellationToken cancellation) =>
        Failure == CollectiveFailure.Cancelled && cancellation.IsCancellationRequested;
}

/// <summary>Why a collective failed.</summary>
public enum CollectiveFailure
{
    /// <summary>A rank gave up, and said why.</summary>
    Aborted,

    /// <summary>A rank left before the operation that still needed it.</summary>
    Left,

    /// <summary>A rank never joined within the deadline.</summary>
    NeverJoined,

    /// <summary>A rank did not do its part of an operation within the deadline.</summary>
    Late,

    /// <summary>The ranks disagree: on the world size, the length, the type of the elements or the buckets.</summary>
    Mismatch,

    /// <summary>The member's token is older than the ring's, or its epoch is over.</summary>
    StaleEpoch,

    /// <summary>The rank has joined this epoch already.</summary>
    AlreadyJoined,

    /// <summary>A rank was told to stop.</summary>
    Cancelled,

    /// <summary>A rank's process or connection has ended without a word.</summary>
    Died,

    /// <summary>A rank sends what no rank of this version sends.</summary>
    Garbage,

    /// <summary>A rank does not accept another: it lacks the ring's secret, or the two are set up differently.</summary>
    Refused,
}

/// <summary>What ended a ring, as all its ranks are told.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Rank">Where it began.</param>
/// <param name="RetryHelps">See <see cref="CollectiveException.RetryHelps"/>.</param>
/// <param name="What">A clause for the message, without a full stop.</param>
internal sealed record RingFailure(CollectiveFailure Kind, int Rank, bool RetryHelps, string What)
{
    /// <summary>The join counts as the operation before the first.</summary>
    public const long FromTheJoin = -1;

    /// <summary>
    /// The first operation that the failure touches. A rank that leaves has done its part of all operations before, and
    /// the others may still be busy with them.
    /// </summary>
    public long FromOperation { get; init; } = FromTheJoin;

    public static RingFailure Aborted(int rank, string reason, bool retryHelps) =>
        new(CollectiveFailure.Aborted, rank, retryHelps, $"rank {rank} gave up: {reason}");

    public static RingFailure Left(int rank, long operationsDone) =>
        new(CollectiveFailure.Left, rank, RetryHelps: true, $"rank {rank} has left after {operationsDone} operations")
        {
            FromOperation = operationsDone,
        };

    public static RingFailure LeftBeforeTheStart(int rank) =>
        new(CollectiveFailure.Left, rank, RetryHelps: true, $"rank {rank} left before all had joined");

    public static RingFailure NeverJoined(int rank, TimeSpan deadline) =>
        new(CollectiveFailure.NeverJoined, rank, RetryHelps: true, $"rank {rank} did not join within {deadline}");

    public static RingFailure Late(int rank, long operation, TimeSpan deadline) => new(
        CollectiveFailure.Late,
        rank,
        RetryHelps: true,
        $"rank {rank} did not do its part of operation {operation} within {deadline}");

    public static RingFailure Mismatch(int rank, string what) =>
        new(CollectiveFailure.Mismatch, rank, RetryHelps: false, what);

    public static RingFailure Died(int rank, long operationsDone) =>
        new(CollectiveFailure.Died, rank, RetryHelps: true, $"rank {rank} has died after {operationsDone} operations")
        {
            FromOperation = operationsDone,
        };

    public static RingFailure DiedBeforeTheStart(int rank) =>
        new(CollectiveFailure.Died, rank, RetryHelps: true, $"rank {rank} has died before all had joined");

    public static RingFailure Garbage(int rank, string what) =>
        new(CollectiveFailure.Garbage, rank, RetryHelps: true, $"rank {rank} sends garbage: {what}");

    public static RingFailure Superseded(int rank, long newerToken) =>
        new(CollectiveFailure.StaleEpoch, rank, RetryHelps: false, $"rank {rank} has begun the newer epoch {newerToken}");

    public static RingFailure Stale(int rank, long newestToken) =>
        new(CollectiveFailure.StaleEpoch, rank, RetryHelps: false, $"rank {rank} comes too late, epoch {newestToken} has begun");

    public static RingFailure Over(int rank) =>
        new(CollectiveFailure.StaleEpoch, rank, RetryHelps: false, $"rank {rank} comes too late, the epoch is over");

    public static RingFailure AlreadyJoined(int rank) =>
        new(CollectiveFailure.AlreadyJoined, rank, RetryHelps: false, $"rank {rank} has joined already");

    public static RingFailure Cancelled(int rank) =>
        new(CollectiveFailure.Cancelled, rank, RetryHelps: false, $"rank {rank} was told to stop");
}
