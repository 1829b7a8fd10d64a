namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>How the ranks of a ring exchange. All ranks of a ring must use the same bucket size and algorithm.</summary>
public sealed record CommunicatorOptions
{
    /// <summary>
    /// Bytes per bucket, ≥ 8. A buffer is reduced bucket by bucket; each bucket is cut into the algorithm's chunks. Smaller
    /// buckets stay in the cache between the adding and the copying; larger ones pay less latency.
    /// </summary>
    public long BucketBytes { get; init; } = 4 << 20;

    /// <summary>
    /// From the call of an operation until it has ended on this rank, &gt; 0. It covers the waiting for the slowest rank,
    /// so that it must exceed the time by which ranks may be apart: a checkpoint, an evaluation on one rank only. A
    /// rank that is known to be lost fails the operation at once; this is for the one that hangs.
    /// </summary>
    public TimeSpan OperationDeadline { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>From the joining of this rank until all have joined, &gt; 0. It covers what the others do before they join.</summary>
    public TimeSpan JoinDeadline { get; init; } = TimeSpan.FromMinutes(1);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BucketBytes, sizeof(double), nameof(BucketBytes));
        ThrowIfNotWaitable(OperationDeadline, nameof(OperationDeadline));
        ThrowIfNotWaitable(JoinDeadline, nameof(JoinDeadline));
    }

    /// <summary>A wait takes milliseconds in 31 bits, and there is no wait without end.</summary>
    private static void ThrowIfNotWaitable(TimeSpan deadline, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deadline, TimeSpan.FromMilliseconds(int.MaxValue), name);
    }
}
