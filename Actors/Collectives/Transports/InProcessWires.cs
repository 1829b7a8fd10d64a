namespace Orchestrator.Actors.Collectives.Transports;

/// <summary>
/// What the ranks of one ring in one epoch share within a process: channels, doorbells, how far each rank is, and the
/// failure that ended the ring. A newer epoch has wires of its own, so that nothing late can reach it.
/// </summary>
internal sealed class InProcessWires
{
    /// <summary>Keeps the ranks' counters in lines of their own.</summary>
    private const int Stride = CacheLines.Bytes / sizeof(long);


    /// <summary>Of the circles of all channels of a rank, if it talks to each other one.</summary>
    private const int CopyBytesOfRank = 4 << 20;

    private const int CopyBytesMin = 64 << 10;

    private readonly Channel?[] _channels;
    private readonly Doorbell[] _doorbells;
    private readonly long[] _begun;
    private readonly long[] _done;
    private readonly CoreBudget _cores;
    private readonly int _copyBytes;
    private RingFailure? _failure;

    public InProcessWires(string ring, long token, int worldSize, CoreBudget cores)
    {
        Ring = ring;
        Token = token;
        WorldSize = worldSize;
        _cores = cores;
        _copyBytes = Math.Max(CopyBytesMin, CopyBytesOfRank / (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)worldSize));
        _channels = new Channel?[worldSize * worldSize];
        _doorbells = [.. Enumerable.Range(0, worldSize).Select(_ => new Doorbell())];
        _begun = new long[worldSize * Stride];
        _done = new long[worldSize * Stride];
    }

    public string Ring { get; }

    public long Token { get; }

    public int WorldSize { get; }

    /// <summary>Whether waiting ranks may spin.</summary>
    public bool MaySpin => _cores.HasCoreForEachRank;

    public RingFailure? Failure => Volatile.Read(ref _failure);

    /// <summary>The channel of a pair of ranks, made when first asked for: a ring uses p of the p² pairs.</summary>
    public Channel ChannelOf(int from, int to)
    {
        ref Channel? slot = ref _channels[(from * WorldSize) + to];
        return Volatile.Read(ref slot) ?? Interlocked.CompareExchange(ref slot, new Channel(_copyBytes), null) ?? slot;
    }

    public Doorbell DoorbellOf(int rank) => _doorbells[rank];

    public long OperationsDone(int rank) => Volatile.Read(ref _done[rank * Stride]);

    /// <summary>The number of the operation that the rank now begins.</summary>
    public long NextOperation(int rank)
    {
        long operation = _done[rank * Stride];
        Volatile.Write(ref _begun[rank * Stride], operation + 1);
        return operation;
    }

    public void OperationDone(int rank) => Volatile.Write(ref _done[rank * Stride], _done[rank * Stride] + 1);

    /// <summary>Whether an operation can no longer succeed.</summary>
    public bool HasFailed(long operation) => Failure is { } failure && failure.FromOperation <= operation;

    /// <summary>
    /// Ends the ring for all ranks, from the operation on that the failure names. Of several failures the one that
    /// touches the earliest operation stands, of those the first.
    /// </summary>
    public void Fail(RingFailure failure)
    {
        RingFailure? before = Failure;
        while (before is null || failure.FromOperation < before.FromOperation)
        {
            RingFailure? seen = Interlocked.CompareExchange(ref _failure, failure, before);
            if (ReferenceEquals(seen, before))
                break;
            before = seen;
        }

        RingAll();
    }

    public void RingAll()
    {
        foreach (Doorbell doorbell in _doorbells)
            doorbell.Ring();
    }

    /// <summary>
    /// Whom all wait for: the lowest rank that has not begun the operation. If all have, it is the peer that the caller
    /// waits for.
    /// </summary>
    public int SlowestIn(long operation, int awaitedPeer)
    {
        for (int rank = 0; rank < WorldSize; rank++)
        {
            if (Volatile.Read(ref _begun[rank * Stride]) <= operation)
                return rank;
        }

        return awaitedPeer;
    }

    public CollectiveException Exception(RingFailure failure) => new(Ring, Token, failure);
}
