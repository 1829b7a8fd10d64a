namespace Orchestrator.Actors.Coordination;

/// <summary>How one rank of an attempt ended.</summary>
/// <param name="Failure">With <see cref="RankEndKind.Failed"/>, and only then.</param>
internal sealed record RankEnd(RankEndKind Kind, Fault? Failure = null)
{
    public static readonly RankEnd Completed = new(RankEndKind.Completed);
    public static readonly RankEnd Diverged = new(RankEndKind.Diverged);
    public static readonly RankEnd Stopped = new(RankEndKind.Stopped);

    public static RankEnd Failed(FailureKind kind, string reason) => Failed(new Fault(kind, reason));

    public static RankEnd Failed(Fault failure) => new(RankEndKind.Failed, failure);
}

/// <summary>Told by rank 0, an end that is not a failure means that metrics and result are on disk.</summary>
internal enum RankEndKind
{
    /// <summary>Trained to the end.</summary>
    Completed = 1,

    /// <summary>Left the numbers, or the limit: a result.</summary>
    Diverged = 2,

    /// <summary>Stopped on request; goes on from its checkpoint another time.</summary>
    Stopped = 3,

    Failed = 4,
}
