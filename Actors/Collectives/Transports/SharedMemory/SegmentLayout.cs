namespace Orchestrator.Actors.Collectives.Transports.SharedMemory;

/// <summary>
/// Where everything lies in the memory that the ranks of a ring share, in bytes. What different ranks write lies in
/// different pairs of cache lines (processors fetch two at a time).
/// </summary>
/// <remarks>
/// <code>
///   header      Magic, world size, nonce, ranks joined and ready, tickets, failures
///   p ranks     bell, whether it sleeps, operations begun and done, its failure
///   p² channels from · p + to: bytes written, bytes read
///   p² rings    of RingBytes each
/// </code>
/// The file is sparse: a channel that nobody uses costs nothing.
/// </remarks>
/// <param name="WorldSize">p.</param>
/// <param name="RingBytes">A power of two, at least a page.</param>
internal readonly record struct SegmentLayout(int WorldSize, int RingBytes)
{
    public const long Magic = 0x31_47_4E_49_52_43_52_4F;

    public const int MagicAt = 0;
    public const int WorldSizeAt = 8;
    public const int RingBytesAt = 12;
    public const int NonceAt = 16;
    public const int JoinedAt = 128;
    public const int ReadyAt = 132;
    public const int TicketsAt = 256;
    public const int FailuresAt = 384;
    public const int HeaderBytes = 512;

    /// <summary>Within a rank's area.</summary>
    public const int BellAt = 0;

    public const int SleepsAt = 4;
    public const int JoinedMarkAt = 8;
    /// <summary>The rank's process number, and where in its own memory it holds a proof: the nonce plus its rank.</summary>
    public const int ProcessAt = 12;

    public const int ProofAt = 16;
    public const int BegunAt = 128;
    public const int DoneAt = 136;
    public const int FailureAt = 256;
    public const int FailureBytes = 512;
    public const int RankBytes = FailureAt + FailureBytes;

    /// <summary>Within a channel.</summary>
    public const int WrittenAt = 0;

    public const int ReadAt = 128;

    /// <summary>Whether the receiver can read the sender's memory; written by the receiver when it joins.</summary>
    public const int ReadsInPlaceAt = 136;
    public const int ChannelBytes = 256;

    private const int PageBytes = 4096;

    public long Bytes => RingAt(WorldSize - 1, WorldSize - 1) + RingBytes;

    public static long RankAt(int rank) => HeaderBytes + ((long)rank * RankBytes);

    public long ChannelAt(int from, int to) => RankAt(WorldSize) + (IndexOf(from, to) * ChannelBytes);

    public long RingAt(int from, int to) => RingsAt + (IndexOf(from, to) * RingBytes);

    /// <summary>All but the rings.</summary>
    public long RingsAt => (ChannelAt(WorldSize, 0) + PageBytes - 1) / PageBytes * PageBytes;

    private long IndexOf(int from, int to) => ((long)from * WorldSize) + to;
}
