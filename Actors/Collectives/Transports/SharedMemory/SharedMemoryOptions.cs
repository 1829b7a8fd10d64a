using System.Numerics;

namespace Orchestrator.Actors.Collectives.Transports.SharedMemory;

/// <param name="JoinDeadline">From the joining of this rank until all have joined.</param>
/// <param name="OperationDeadline">Of each operation.</param>
internal sealed record SharedMemoryOptions(TimeSpan JoinDeadline, TimeSpan OperationDeadline)
{
    private const int RingBytesOfRank = 2 << 20;
    private const int RingBytesMin = 64 << 10;

    /// <summary>
    /// Bytes of the ring from each rank to each other; a power of two, at least 4,096. The same on all ranks. Null: 1 MiB for two
    /// ranks, and less for more of them, so that those of a rank fit in the cache together.
    /// </summary>
    public int? RingBytes { get; init; }

    /// <summary>See <see cref="SharedMemoryTransport.InPlaceBytesMin"/>.</summary>
    public int InPlaceBytesMin { get; init; } = int.MaxValue;

    internal int RingBytesFor(int worldSize) =>
        RingBytes ?? Math.Max(RingBytesMin, RingBytesOfRank / (int)BitOperations.RoundUpToPowerOf2((uint)worldSize));
}
