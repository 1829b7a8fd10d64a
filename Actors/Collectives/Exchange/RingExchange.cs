using System.Numerics;
using Orchestrator.Actors.Collectives.Schedules;
using Orchestrator.Actors.Collectives.Transports;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>
/// One rank's gradient exchange: pins the buffer, cuts it into buckets and runs the schedule on each in turn.
/// </summary>
/// <remarks>
/// A span cannot leave its thread, and the peers read this rank's buffer in place. So the buffer is pinned for the length
/// of the call (free for native memory, cheap for arrays), its address is handed over, and the call returns, well or
/// not, only when no peer reads it any more. The ranks' buffers must not overlap.
/// </remarks>
internal sealed class RingExchange(
    ITransport transport, Algorithm algorithm, long bucketBytes, CancellationToken cancellation) : IGradientExchange
{
    private readonly Schedule _schedule =
        VerifiedSchedules.Of(algorithm, transport.WorldSize, transport.Semantics);

    public int Rank => transport.Rank;

    public int WorldSize => transport.WorldSize;

    /// <inheritdoc/>
    /// <exception cref="CollectiveException">The sum cannot be had; the buffer's values are of no use.</exception>
    /// <exception cref="OperationCanceledException">This rank was told to stop.</exception>
    public void AllReduce(Span<float> values) => Sum(values);

    /// <inheritdoc/>
    /// <exception cref="CollectiveException">The sum cannot be had; the buffer's values are of no use.</exception>
    /// <exception cref="OperationCanceledException">This rank was told to stop.</exception>
    public void AllReduce(Span<double> values) => Sum(values);

    private unsafe void Sum<T>(Span<T> values)
        where T : unmanaged, IAdditionOperators<T, T, T>
    {
        fixed (T* pinned = values)
        {
            bool succeeded = false;
            try
            {
                transport.Begin();
                foreach (Bucket bucket in Bucket.Of(values.Length, bucketBytes / sizeof(T)))
                    ScheduleInterpreter.Run(_schedule, transport, new Span<T>(pinned, values.Length), bucket);
                succeeded = true;
            }
            catch (CollectiveException failure) when (failure.IsCancellationBy(cancellation))
            {
                throw new OperationCanceledException(failure.Message, failure, cancellation);
            }
            finally
            {
                transport.End(succeeded);
            }
        }
    }
}
