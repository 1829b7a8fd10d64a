using System.Collections.Immutable;
using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Collectives.Measurement;

/// <summary>
/// Measures what messages cost: every rank sends one to its right neighbour and receives one from its left one, again and
/// again, at several sizes, out of a buffer that fits in the cache and along one that does not; once they replace what is
/// there, once they are added.
/// </summary>
/// <remarks>
/// All ranks are busy at the same time, so that what they take from each other — cores, caches, the wire — is in the figures.
/// It takes less than half a second, half of which the compiler needs.
/// </remarks>
internal static class LinkProbe
{
    /// <summary>Messages under way together.</summary>
    private const int Several = 8;

    /// <summary>Stands for nothing.</summary>
    private const int EmptyBytes = 64;

    /// <summary>Of all ranks' buffers together, where they are not to fit in the cache.</summary>
    private const int UncachedBytes = (int)MeasuredLinks.UncachedBytesMin;

    private static readonly ImmutableArray<int> CachedSizes = [4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20];

    private static readonly ImmutableArray<int> UncachedSizes = [64 << 10, 256 << 10, 1 << 20, 2 << 20];

    /// <summary>
    /// The compiler makes better code of what has been called some thirty times, a tenth of a second after the last new code was
    /// called, and again of that.
    /// </summary>
    private static readonly TimeSpan CompilerWaits = TimeSpan.FromMilliseconds(240);

    /// <summary>Measures. All ranks call it, and get the same.</summary>
    public static MeasuredLinks Measure(Communicator communicator)
    {
        using PinnedMemory memory = new();
        ExchangeSeries empty = new(communicator, memory, EmptyBytes, EmptyBytes * communicator.WorldSize);
        WarmUp(empty);
        double[] all =
        [
            empty.Seconds(Step.Receive),
            empty.Seconds(Step.Receive, Several),
            .. CachedSizes.SelectMany(size => Both(new ExchangeSeries(communicator, memory, size, size * communicator.WorldSize))),
            .. UncachedSizes.SelectMany(size => Both(new ExchangeSeries(communicator, memory, size, UncachedBytes / communicator.WorldSize))),
        ];

        // The slowest rank counts. And what all ranks reckon with is the same.
        communicator.AllReduce(all.AsSpan(), ReduceOp.Max);
        double[] cores = [Environment.ProcessorCount];
        communicator.AllReduce(cores.AsSpan(), ReduceOp.Min);
        double perMessage = Math.Clamp((all[1] - all[0]) / (Several - 1), 0, all[0]);
        return new MeasuredLinks(
            communicator.WorldSize,
            (int)cores[0],
            all[0] - perMessage,
            perMessage,
            Points(CachedSizes, all.AsSpan(2), all[0]),
            Points(UncachedSizes, all.AsSpan(2 + (2 * CachedSizes.Length)), all[0]));
    }

    private static void WarmUp(ExchangeSeries empty)
    {
        var compiled = new Warmth(empty.Communicator, CompilerWaits);
        while (!compiled.IsReached())
        {
            empty.Row(Step.Receive, calls: 1);
            empty.Row(Step.ReceiveReduce, calls: 1);
        }
    }

    private static IEnumerable<double> Both(ExchangeSeries series) => [series.Seconds(Step.Receive), series.Seconds(Step.ReceiveReduce)];

    private static ImmutableArray<MeasuredLinks.Point> Points(ImmutableArray<int> sizes, ReadOnlySpan<double> seconds, double empty)
    {
        var points = ImmutableArray.CreateBuilder<MeasuredLinks.Point>();
        for (int size = 0; size < sizes.Length; size++)
        {
            (double moving, double adding) = (seconds[2 * size], seconds[(2 * size) + 1]);
            points.Add(new MeasuredLinks.Point(sizes[size], Math.Max(0, moving - empty), Math.Max(0, adding - moving)));
        }

        return points.ToImmutable();
    }
}
