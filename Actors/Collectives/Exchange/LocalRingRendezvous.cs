using Orchestrator.Actors.Collectives.Transports;

namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>
/// Where the ranks of a process meet to form rings. One per process; thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// A ring has a name and an epoch, which is its fencing token: an attempt with a newer token takes the ring over, and the
/// members of the older epoch fail with <see cref="CollectiveFailure.StaleEpoch"/>, whatever they are doing. Each epoch
/// has wires of its own, so that nothing of an older one reaches a newer one. An epoch that all have left is over and
/// cannot be joined again.
/// </para>
/// <para>
/// Who has joined must <see cref="Leave"/> or <see cref="Abort"/> at the end, best in a <c>finally</c>; both may be called
/// more than once and by any thread. A <c>Join</c> that throws has left already.
/// </para>
/// </remarks>
public sealed class LocalRingRendezvous
{
    /// <summary>Rings whose last epoch is remembered: far more than one process has attempts under way.</summary>
    internal const int ClosedEpochsMax = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LocalRing> _rings = new(StringComparer.Ordinal);
    private readonly ClosedEpochs _closed = new(ClosedEpochsMax);
    private readonly CoreBudget _cores = new(Environment.ProcessorCount);
    private readonly CommunicatorOptions _defaults;

    /// <summary>A rendezvous where nobody is yet.</summary>
    /// <param name="defaults">For joins that bring no options of their own.</param>
    public LocalRingRendezvous(CommunicatorOptions? defaults = null)
    {
        _defaults = defaults ?? new CommunicatorOptions();
        _defaults.Validate();
    }

    /// <summary>Rings with members.</summary>
    internal int RingCount
    {
        get
        {
            lock (_gate)
                return _rings.Count;
        }
    }

    /// <summary>Epochs that are over and remembered.</summary>
    internal int ClosedCount
    {
        get
        {
            lock (_gate)
                return _closed.Count;
        }
    }

    /// <inheritdoc cref="Join(string, long, int, int, CommunicatorOptions, CancellationToken)"/>
    public Communicator Join(string ring, long token, int rank, int worldSize, CancellationToken cancellation) =>
        Join(ring, token, rank, worldSize, _defaults, cancellation);

    /// <summary>Joins a ring and waits until all its ranks have.</summary>
    /// <param name="ring">The ring's name, the same for all ranks.</param>
    /// <param name="token">The epoch: the fencing token of the attempt.</param>
    /// <param name="rank">This rank, 0 ≤ rank &lt; <paramref name="worldSize"/>.</param>
    /// <param name="worldSize">Number of ranks, ≥ 1.</param>
    /// <param name="options">Deadlines and bucket size.</param>
    /// <param name="cancellation">
    /// Ends the join and, until this rank leaves, each operation: for this rank with
    /// <see cref="OperationCanceledException"/>, for the others with <see cref="CollectiveFailure.Cancelled"/>.
    /// </param>
    /// <returns>The rank's exchange, for one thread.</returns>
    /// <exception cref="CollectiveException">The ring does not come about, or not with this member.</exception>
    public Communicator Join(
        string ring, long token, int rank, int worldSize, CommunicatorOptions options, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(ring);
        ArgumentOutOfRangeException.ThrowIfLessThan(worldSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, worldSize);
        options.Validate();

        try
        {
            LocalRing joined = Admit(ring, token, rank, worldSize, cancellation);
            AwaitAllOrLeave(ring, joined, rank, options.JoinDeadline);
            InProcessTransport transport = new(joined.Wires, rank, options.OperationDeadline, () => Leave(ring, token, rank));
            return Communicator.Over(transport, options, cancellation);
        }
        catch (CollectiveException failure) when (failure.IsCancellationBy(cancellation))
        {
            throw new OperationCanceledException(failure.Message, failure, cancellation);
        }
    }

    /// <summary>
    /// Ends a rank's membership after its last operation. Others that still need it fail with
    /// <see cref="CollectiveFailure.Left"/>; operations of which it has done its part are not disturbed.
    /// </summary>
    public void Leave(string ring, long token, int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        lock (_gate)
        {
            if (_rings.TryGetValue(ring, out LocalRing? joined) && joined.Token == token && rank < joined.WorldSize)
                Remove(ring, joined, rank);
        }
    }

    /// <summary>
    /// Gives up for a rank, whether it has joined yet or not, and leaves: all ranks fail with
    /// <see cref="CollectiveFailure.Aborted"/>, also those that come later with this token. An older token has no effect.
    /// </summary>
    /// <param name="ring">The ring's name.</param>
    /// <param name="token">The epoch.</param>
    /// <param name="rank">The rank that gives up, or is lost.</param>
    /// <param name="reason">A clause that the other ranks report.</param>
    /// <param name="retryHelps">What the others are told.</param>
    public void Abort(string ring, long token, int rank, string reason, bool retryHelps = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        RingFailure failure = RingFailure.Aborted(rank, reason, retryHelps);
        lock (_gate)
        {
            Supersede(ring, token, rank);
            if (!_rings.TryGetValue(ring, out LocalRing? joined))
                CloseUnlessOver(ring, token, rank, failure);
            else if (joined.Token == token)
                GiveUp(ring, joined, rank, failure);
        }
    }

    private LocalRing Admit(string ring, long token, int rank, int worldSize, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_closed.Refuses(ring, token, rank, out RingFailure? why))
                throw new CollectiveException(ring, token, why);
            Supersede(ring, token, rank);
            LocalRing joined = OpenRing(ring, token, rank, worldSize);
            joined.Join(rank, cancellation);
            return joined;
        }
    }

    private void AwaitAllOrLeave(string ring, LocalRing joined, int rank, TimeSpan joinDeadline)
    {
        try
        {
            joined.AwaitAll(rank, joinDeadline);
        }
        catch (CollectiveException)
        {
            Leave(ring, joined.Token, rank);
            throw;
        }
    }

    private LocalRing OpenRing(string ring, long token, int rank, int worldSize)
    {
        if (!_rings.TryGetValue(ring, out LocalRing? open))
        {
            open = new LocalRing(ring, token, worldSize, _cores);
            _rings.Add(ring, open);
        }
        else if (token < open.Token)
        {
            throw new CollectiveException(ring, token, RingFailure.Stale(rank, open.Token));
        }
        else if (open.WorldSize != worldSize)
        {
            open.Wires.Fail(RingFailure.Mismatch(rank, $"rank {rank} counts {worldSize} ranks, the others {open.WorldSize}"));
            throw open.Wires.Exception(open.Wires.Failure!);
        }

        return open;
    }

    /// <summary>Ends an epoch that is older than a token which has turned up.</summary>
    private void Supersede(string ring, long token, int rank)
    {
        if (!_rings.TryGetValue(ring, out LocalRing? open) || open.Token >= token)
            return;
        open.Evict(RingFailure.Superseded(rank, token));
        _rings.Remove(ring);
    }

    private void GiveUp(string ring, LocalRing joined, int rank, RingFailure failure)
    {
        joined.Wires.Fail(failure);
        if (rank < joined.WorldSize)
            Remove(ring, joined, rank);
    }

    private void Remove(string ring, LocalRing joined, int rank)
    {
        joined.Leave(rank);
        if (!joined.IsDeserted)
            return;
        _rings.Remove(ring);
        _closed.Close(ring, joined.Token, WhyItEndedEarly(joined));
    }

    private void CloseUnlessOver(string ring, long token, int rank, RingFailure failure)
    {
        if (!_closed.Refuses(ring, token, rank, out _))
            _closed.Close(ring, token, failure);
    }

    /// <summary>Null if all went well: then the only failure is that ranks have left, as they should.</summary>
    private static RingFailure? WhyItEndedEarly(LocalRing ring) =>
        ring.Wires.Failure is { FromOperation: RingFailure.FromTheJoin } failure ? failure : null;
}
