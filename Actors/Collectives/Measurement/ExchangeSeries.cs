using System.Diagnostics;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Collectives.Measurement;

/// <summary>
/// Messages of one size: every rank sends one to its right neighbour and receives one from its left one, along a buffer, from
/// its beginning to its end and again.
/// </summary>
/// <remarks>
/// The messages of all ranks lie side by side: rank r sends the r-th of each group and receives the one before it, so that
/// none is written while it is read.
/// </remarks>
internal sealed class ExchangeSeries
{
    private const int Batches = 5;

    private static readonly TimeSpan Time = TimeSpan.FromMilliseconds(10);
    private static readonly Reducer Adding = Reducer.Of(ElementType.Float32, ReduceOp.Sum);

    private readonly PinnedMemory _memory;
    private readonly int _groups;
    private readonly int _bytes;

    /// <param name="communicator">Its ranks measure together.</param>
    /// <param name="memory">For the buffer.</param>
    /// <param name="messageBytes">Whole floats.</param>
    /// <param name="bufferBytes">About; at least a message of each rank.</param>
    public ExchangeSeries(Communicator communicator, PinnedMemory memory, int messageBytes, int bufferBytes)
    {
        Communicator = communicator;
        _memory = memory;
        _groups = Math.Max(1, bufferBytes / (messageBytes * communicator.WorldSize));
        _bytes = _groups * messageBytes * communicator.WorldSize;
        _memory.OfAtLeast(_bytes)[.._bytes].Clear();
    }

    public Communicator Communicator { get; }

    /// <summary>What a receiver does with a message; see <see cref="Step.Receive"/> and <see cref="Step.ReceiveReduce"/>.</summary>
    public delegate Step Taking(int from, int chunk, int place = Step.Home, int count = 1);

    /// <summary>For a message: the median of a few rows of them, some ten milliseconds together.</summary>
    /// <param name="take">What is done with it.</param>
    /// <param name="together">Messages that each rank sends before it receives.</param>
    public double Seconds(Taking take, int together = 1)
    {
        Schedule schedule = Exchange(take, together);
        double[] agreed = [Math.Max(Row(schedule, calls: 1), Row(schedule, calls: 1)) * _groups];
        Communicator.AllReduce(agreed.AsSpan(), ReduceOp.Max);
        int calls = (int)Math.Clamp(Time.TotalSeconds / Batches / agreed[0], 1, 1000);
        double[] rows = new double[Batches];
        for (int batch = 0; batch < Batches; batch++)
            rows[batch] = Row(schedule, calls);
        Array.Sort(rows);
        return rows[Batches / 2];
    }

    /// <summary>For a message, in one row of them.</summary>
    /// <param name="take">What is done with it.</param>
    /// <param name="calls">Times along the buffer.</param>
    public double Row(Taking take, int calls) => Row(Exchange(take, together: 1), calls);

    private double Row(Schedule schedule, int calls)
    {
        Span<byte> buffer = _memory.OfAtLeast(_bytes)[.._bytes];
        Communicator.Barrier();
        long began = Stopwatch.GetTimestamp();
        for (int call = 0; call < calls; call++)
            Communicator.Run(schedule, buffer, ElementType.Float32, Adding);
        return Stopwatch.GetElapsedTime(began).TotalSeconds / calls / _groups;
    }

    private Schedule Exchange(Taking take, int together)
    {
        int worldSize = Communicator.WorldSize;
        return Schedule.ForEachRank("exchange", CollectiveGoal.AllReduce, worldSize, _groups * worldSize, scratch: 0, rank =>
            Enumerable.Range(0, _groups).SelectMany(group => Group(rank, group * worldSize)));

        IEnumerable<Step> Group(int rank, int first) =>
        [
            .. Enumerable.Repeat(Step.Send(Ring.Wrap(rank + 1, worldSize), first + rank), together),
            .. Enumerable.Repeat(take(Ring.Wrap(rank - 1, worldSize), first + Ring.Wrap(rank - 1, worldSize)), together),
        ];
    }
}
