using System.Runtime.InteropServices;
using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Measurement;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Schedules;
using Orchestrator.Actors.Collectives.Transports;
using Orchestrator.Actors.Collectives.Transports.SharedMemory;
using Orchestrator.Actors.Collectives.Transports.Tcp;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>
/// One rank's membership of a ring, and the collectives that it takes part in. All ranks call the same operations, in the
/// same order, with buffers of the same length and type.
/// </summary>
/// <remarks>
/// <para>
/// For one thread at a time. Elements are <see cref="float"/>, <see cref="double"/>, <see cref="long"/>, <see cref="Half"/> or
/// <see cref="BFloat16"/>; the last two are reduced as float and rounded once.
/// </para>
/// <para>
/// A result is bitwise the same on all ranks, and at each run for a fixed world size, algorithm and bucket size.
/// </para>
/// <para>
/// A span cannot leave its thread, and peers may read this rank's buffer in place. So the buffer is pinned for the length
/// of the call (free for native memory, cheap for arrays), its address is handed over, and the call returns, well or
/// not, only when no peer reads it any more. The ranks' buffers must not overlap.
/// </para>
/// <para>
/// Each operation has a deadline. If a rank is lost, hangs, or disagrees, all ranks' operations fail with a
/// <see cref="CollectiveException"/> that names it, and so do all later ones; the values in the buffer are of no use then.
/// </para>
/// </remarks>
public sealed class Communicator : IGradientExchange, IDisposable
{
    /// <summary>Longer buffers are reduced in several operations: an operation's bytes are counted in 31 bits.</summary>
    internal const int OperationBytesMax = 1 << 30;

    private readonly ITransport _transport;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _registration;
    private readonly PinnedMemory _scratch = new();
    private readonly PinnedMemory _widened = new();
    private MeasuredLinks? _links;
    private AutoPolicy? _auto;
    private bool _isDisposed;

    /// <param name="transport">To be disposed of with this.</param>
    /// <param name="policy">The first one.</param>
    /// <param name="cancellation">What a cancelled operation is thrown for.</param>
    /// <param name="registration">Has the token fail the ring; to be disposed of with this.</param>
    internal Communicator(
        ITransport transport,
        ISchedulePolicy policy,
        CancellationToken cancellation,
        CancellationTokenRegistration registration = default)
    {
        _transport = transport;
        Policy = policy;
        _cancellation = cancellation;
        _registration = registration;
    }

    /// <summary>Joins a ring of ranks in different processes and waits until all have.</summary>
    /// <param name="member">Who joins.</param>
    /// <param name="rendezvous">Where the ranks find each other.</param>
    /// <param name="options">Transport, algorithm and deadlines.</param>
    /// <param name="cancellation">
    /// Ends the join and, until this rank leaves, each operation: for this rank with
    /// <see cref="OperationCanceledException"/>, for the others with <see cref="CollectiveFailure.Cancelled"/>.
    /// </param>
    /// <returns>The rank's membership, which ends with its disposal.</returns>
    /// <exception cref="CollectiveException">The ring does not come about, or not with this member.</exception>
    /// <exception cref="OperationCanceledException">This rank was told to stop.</exception>
    public static Communicator Join(
        RingMember member, IRendezvous rendezvous, CommunicatorOptions options, CancellationToken cancellation)
    {
        options.Validate();
        return options.Transport == Transport.Tcp
            ? Over(TcpTransport.Join(member, rendezvous, options.TcpWithDeadlines, cancellation), options, cancellation, Registered)
            : OverSharedMemory(
                SharedMemoryTransport.Join(
                    member, rendezvous, new SharedMemoryOptions(options.JoinDeadline, options.OperationDeadline), cancellation),
                options,
                cancellation);
    }

    /// <inheritdoc/>
    public int Rank => _transport.Rank;

    /// <inheritdoc/>
    public int WorldSize => _transport.WorldSize;

    /// <summary>To be changed between operations, on all ranks alike.</summary>
    internal ISchedulePolicy Policy { get; set; }

    /// <inheritdoc/>
    /// <exception cref="CollectiveException">The sum cannot be had; the buffer's values are of no use.</exception>
    /// <exception cref="OperationCanceledException">This rank was told to stop.</exception>
    public void AllReduce(Span<float> values) => AllReduce(values, ReduceOp.Sum);

    /// <inheritdoc/>
    /// <exception cref="CollectiveException">The sum cannot be had; the buffer's values are of no use.</exception>
    /// <exception cref="OperationCanceledException">This rank was told to stop.</exception>
    public void AllReduce(Span<double> values) => AllReduce(values, ReduceOp.Sum);

    /// <summary>Replaces the values on every rank by their reduction over all ranks.</summary>
    /// <param name="values">As many on each rank.</param>
    /// <param name="op">How they are reduced.</param>
    /// <exception cref="CollectiveException">The reduction cannot be had; the buffer's values are of no use.</exception>
    /// <exception cref="OperationCanceledException">This rank was told to stop.</exception>
    public void AllReduce<T>(Span<T> values, ReduceOp op)
        where T : unmanaged =>
        Reduce(CollectiveGoal.AllReduce, values, op);

    /// <summary>
    /// Reduces the values over all ranks and leaves to each its part, in place: rank r ends with the reduction in
    /// <see cref="PartOf"/>; what is outside is of no use.
    /// </summary>
    /// <param name="values">As many on each rank; at most 1 GiB.</param>
    /// <param name="op">How they are reduced.</param>
    /// <exception cref="CollectiveException">The reduction cannot be had; the buffer's values are of no use.</exception>
    /// <exception cref="OperationCanceledException">This rank was told to stop.</exception>
    public void ReduceScatter<T>(Span<T> values, ReduceOp op)
        where T : unmanaged =>
        Reduce(new CollectiveGoal(CollectiveKind.ReduceScatter), values, op);

    /// <summary>Hands every rank's part to all, in place: rank r brings the values in <see cref="PartOf"/>.</summary>
    /// <param name="values">As many on each rank; at most 1 GiB.</param>
    /// <exception cref="CollectiveException">The values cannot be had; those in the buffer are of no use.</exception>
    /// <exception cref="OperationCanceledException">This rank was told to stop.</exception>
    public void AllGather<T>(Span<T> values)
        where T : unmanaged =>
        Move(new CollectiveGoal(CollectiveKind.AllGather), values);

    /// <summary>Replaces the values on every rank by those of one.</summary>
    /// <param name="values">As many on each rank.</param>
    /// <param name="root">The rank that has them, 0 ≤ root &lt; world size.</param>
    /// <exception cref="CollectiveException">The values cannot be had; those in the buffer are of no use.</exception>
    /// <exception cref="OperationCanceledException">This rank was told to stop.</exception>
    public void Broadcast<T>(Span<T> values, int root)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(root);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(root, WorldSize);
        Move(new CollectiveGoal(CollectiveKind.Broadcast, root), values);
    }

    /// <summary>Returns when all ranks have called it.</summary>
    /// <exception cref="CollectiveException">A rank will not come.</exception>
    /// <exception cref="OperationCanceledException">This rank was told to stop.</exception>
    public void Barrier() => Move<float>(new CollectiveGoal(CollectiveKind.Barrier), []);

    /// <summary>The part of a buffer that is this rank's in <see cref="ReduceScatter"/> and <see cref="AllGather"/>.</summary>
    /// <param name="length">Elements in the buffer, ≥ 0.</param>
    public Range PartOf(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ChunkLayout parts = new(length, WorldSize);
        int start = (int)parts.StartOf(Rank);
        return start..(start + (int)parts.LengthOf(Rank));
    }

    /// <summary>
    /// Gives up: all ranks fail with <see cref="CollectiveFailure.Aborted"/>. By any thread; not after <see cref="Dispose"/>.
    /// </summary>
    /// <param name="reason">A clause that the other ranks report.</param>
    /// <param name="retryHelps">What the others are told.</param>
    public void Abort(string reason, bool retryHelps = true) =>
        _transport.Fail(RingFailure.Aborted(Rank, reason, retryHelps));

    /// <summary>
    /// Leaves the ring. Others that still need this rank fail with <see cref="CollectiveFailure.Left"/>; operations of which it
    /// has done its part are not disturbed.
    /// </summary>
    public void Dispose()
    {
        _isDisposed = true;
        _registration.Dispose();
        _transport.Dispose();
        _scratch.Dispose();
        _widened.Dispose();
    }

    internal static Communicator Over(
        ITransport transport,
        CommunicatorOptions options,
        CancellationToken cancellation,
        Func<ITransport, CancellationToken, CancellationTokenRegistration>? register = null,
        Action<Communicator>? settle = null)
    {
        // The links are measured over rings, which every communicator can run.
        FixedPolicy first = FixedPolicy.Of(options with { Algorithm = AllReduceAlgorithm.Ring }, transport.WorldSize, costsFor: null);
        Communicator communicator = new(transport, first, cancellation, register?.Invoke(transport, cancellation) ?? default);
        try
        {
            settle?.Invoke(communicator);
            communicator.Use(options);
            return communicator;
        }
        catch
        {
            communicator.Dispose();
            throw;
        }
    }

    private static Communicator OverSharedMemory(
        SharedMemoryTransport transport, CommunicatorOptions options, CancellationToken cancellation) =>
        Over(transport, options, cancellation, Registered, communicator => InPlaceProbe.Settle(communicator, transport));

    /// <summary>Has a token fail the ring.</summary>
    internal static CancellationTokenRegistration Registered(ITransport transport, CancellationToken cancellation) =>
        cancellation.UnsafeRegister(
            static state => ((ITransport)state!).Fail(RingFailure.Cancelled(((ITransport)state).Rank)), transport);

    /// <summary>Changes algorithm, channels, nodes and buckets, between two operations, on all ranks alike.</summary>
    internal void Use(CommunicatorOptions options)
    {
        Policy = options.Algorithm == AllReduceAlgorithm.Auto && WorldSize > 1
            ? _auto ??= new AutoPolicy(WorldSize, MeasureLinks(options.Links).ToCosts)
            : FixedPolicy.Of(options, WorldSize, _links is { } links ? links.ToCosts : null);
    }

    /// <summary>Finds out what messages cost; all ranks call it. Once for a communicator, whoever asks.</summary>
    internal MeasuredLinks MeasureLinks(ILinkStore? kept = null) => _links ??= kept is null ? LinkProbe.Measure(this) : KeptLinks.Of(this, kept);

    /// <summary>What an AllReduce of so many bytes would run, and the seconds that it would take, if anybody knows.</summary>
    internal (Schedule Schedule, double? Seconds) Explain(long bytes, ElementType type) =>
        (Policy.For(CollectiveGoal.AllReduce, bytes, type).Schedule, Policy.PredictedSeconds(bytes, type));

    /// <summary>Runs a schedule that is no collective of its own on one bucket, which is pinned.</summary>
    internal void Run(Schedule schedule, Span<byte> pinned, ElementType type, Reducer? reducer) =>
        Operate(schedule, pinned.Length, type, pinned, reducer);

    private void Reduce<T>(CollectiveGoal goal, Span<T> values, ReduceOp op)
        where T : unmanaged
    {
        if (typeof(T) == typeof(Half) || typeof(T) == typeof(BFloat16))
        {
            ReduceWidened(goal, values, op);
            return;
        }

        ElementType type = ElementTypes.Of<T>();
        Run(goal, values, Reducer.Of(type, op));
        if (op == ReduceOp.Mean)
            Quotients.Divide(type, MemoryMarshal.AsBytes(values), WorldSize);
    }

    private void ReduceWidened<T>(CollectiveGoal goal, Span<T> values, ReduceOp op)
        where T : unmanaged
    {
        // As parts of a scattered buffer may not be cut further, it goes as a whole or not at all.
        int step = goal.Kind == CollectiveKind.AllReduce ? OperationBytesMax / sizeof(float) : Math.Max(values.Length, 1);
        int start = 0;
        do
        {
            Span<T> part = values.Slice(start, Math.Min(step, values.Length - start));
            Span<byte> bytes = _widened.OfAtLeast((long)part.Length * sizeof(float));
            Span<float> wide = MemoryMarshal.Cast<byte, float>(bytes)[..part.Length];
            HalfPrecision.Widen<T>(part, wide);
            Reduce(goal, wide, op);
            HalfPrecision.Narrow(wide, part);
            start += part.Length;
        }
        while (start < values.Length);
    }

    private void Move<T>(CollectiveGoal goal, Span<T> values)
        where T : unmanaged =>
        Run(goal, values, reducer: null);

    private unsafe void Run<T>(CollectiveGoal goal, Span<T> values, Reducer? reducer)
        where T : unmanaged
    {
        int elementsMax = OperationBytesMax / sizeof(T);
        bool mayBeCut = goal.Kind is CollectiveKind.AllReduce or CollectiveKind.Broadcast;
        if (values.Length > elementsMax && !mayBeCut)
            throw new ArgumentException($"At most {elementsMax} elements at once, not {values.Length}.", nameof(values));

        fixed (T* pinned = values)
        {
            int start = 0;
            do
            {
                int count = Math.Min(elementsMax, values.Length - start);
                Operate(goal, ElementTypes.Of<T>(), new Span<byte>(pinned + start, count * sizeof(T)), reducer);
                start += count;
            }
            while (start < values.Length);
        }
    }

    private void Operate(CollectiveGoal goal, ElementType type, Span<byte> buffer, Reducer? reducer)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        (Schedule schedule, long bucketBytes) = Policy.For(goal, buffer.Length, type);
        Operate(schedule, goal.Kind == CollectiveKind.AllReduce ? bucketBytes : buffer.Length, type, buffer, reducer);
    }

    private void Operate(Schedule schedule, long bucketBytes, ElementType type, Span<byte> buffer, Reducer? reducer)
    {
        int length = buffer.Length / type.Bytes();
        int largest = (int)Math.Min(Math.Max(bucketBytes / type.Bytes(), 1), length);
        Payload payload = new(buffer, _scratch.OfAtLeast(ScheduleInterpreter.ScratchBytes(schedule, type, largest)), type, reducer);
        bool succeeded = false;
        try
        {
            _transport.Begin();
            foreach (Bucket bucket in Bucket.Of(length, largest))
                ScheduleInterpreter.Run(schedule, _transport, payload, bucket);
            succeeded = true;
        }
        catch (CollectiveException failure) when (failure.IsCancellationBy(_cancellation))
        {
            throw new OperationCanceledException(failure.Message, failure, _cancellation);
        }
        finally
        {
            _transport.End(succeeded);
        }
    }
}
