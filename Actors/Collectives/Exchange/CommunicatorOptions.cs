using Orchestrator.Actors.Collectives.Transports.Tcp;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>How the ranks of a ring exchange. All ranks of a ring must use the same.</summary>
public sealed record CommunicatorOptions
{
    /// <summary>
    /// Algorithm of AllReduce. <see cref="AllReduceAlgorithm.Auto"/> measures the links at the join, in less than half a second,
    /// and chooses for each size what the cost model says is the fastest: then the order of additions, and so the last bit of a
    /// sum, may differ from one join to the next.
    /// </summary>
    public AllReduceAlgorithm Algorithm { get; init; } = AllReduceAlgorithm.Ring;

    /// <summary>
    /// Where measured links are kept, so that <see cref="AllReduceAlgorithm.Auto"/> measures them once and chooses alike ever
    /// after; null: they are measured at each join.
    /// </summary>
    public ILinkStore? Links { get; init; }

    /// <summary>Rings side by side, each over its own part of the buffer, 1 to 64; of <see cref="AllReduceAlgorithm.Ring"/> only.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>
    /// Ranks on a node, ≥ 1: rank r is on node r / <see cref="NodeSize"/>; of <see cref="AllReduceAlgorithm.Hierarchical"/> only.
    /// </summary>
    public int NodeSize { get; init; } = 1;

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

    /// <summary>How ranks in different processes reach each other. Those in one process need none of it.</summary>
    public Transport Transport { get; init; } = Transport.SharedMemory;

    /// <summary>Of <see cref="Transport.Tcp"/>. The deadlines above stand for those in here.</summary>
    public TcpOptions Tcp { get; init; } = new();

    internal TcpOptions TcpWithDeadlines => Tcp with { OperationDeadline = OperationDeadline, JoinDeadline = JoinDeadline };

    internal void Validate()
    {
        const int channelsMax = 64;
        ArgumentOutOfRangeException.ThrowIfLessThan(BucketBytes, sizeof(double), nameof(BucketBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(Channels, 1, nameof(Channels));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Channels, channelsMax, nameof(Channels));
        ArgumentOutOfRangeException.ThrowIfLessThan(NodeSize, 1, nameof(NodeSize));
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

/// <summary>How ranks in different processes reach each other.</summary>
public enum Transport
{
    /// <summary>Through memory that the processes share: one machine, Linux.</summary>
    SharedMemory,

    /// <summary>Through TCP connections.</summary>
    Tcp,
}
