using System.Collections.Immutable;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Schedules;
using Orchestrator.Actors.Collectives.Transports.SharedMemory;

namespace Orchestrator.Actors.Collectives.Measurement;

/// <summary>
/// Finds out from which size on it is quicker to read a chunk where it lies, in another process, than to hand it on through a
/// ring in shared memory. It depends on where the system has put the processes: on one virtual machine with two cores the same
/// exchange of 4 MiB takes 0.3 ms in some processes and 2.5 ms in others, and only in the latter is reading in place the
/// quicker way.
/// </summary>
internal static class InPlaceProbe
{
    private const int Rows = 3;

    /// <summary>Below, a call to the system costs more than it saves; in between nothing is lost by guessing.</summary>
    private static readonly ImmutableArray<int> Sizes = [256 << 10, 1 << 20];

    /// <summary>Measures for some ten milliseconds and sets the transport accordingly. All ranks call it.</summary>
    public static void Settle(Communicator communicator, SharedMemoryTransport transport)
    {
        double[] readers = [transport.MayBeRead ? 1 : 0];
        communicator.AllReduce(readers.AsSpan(), ReduceOp.Min);
        if (communicator.WorldSize == 1 || readers[0] == 0)
            return;

        using PinnedMemory memory = new();
        int threshold = int.MaxValue;
        foreach (int size in Sizes)
        {
            ExchangeSeries series = new(communicator, memory, size, bufferBytes: size);
            double copied = Seconds(int.MaxValue, series);
            double inPlace = Seconds(1, series);
            if (inPlace < copied)
            {
                threshold = size;
                break;
            }
        }

        transport.InPlaceBytesMin = threshold;

        double Seconds(int inPlaceBytesMin, ExchangeSeries series)
        {
            transport.InPlaceBytesMin = inPlaceBytesMin;
            double[] rows = new double[Rows];
            for (int row = -1; row < Rows; row++)
            {
                double seconds = series.Row(Step.ReceiveReduce, calls: 2);
                if (row >= 0)
                    rows[row] = seconds;
            }

            Array.Sort(rows);
            double[] slowest = [rows[Rows / 2]];
            communicator.AllReduce(slowest.AsSpan(), ReduceOp.Max);
            return slowest[0];
        }
    }
}
