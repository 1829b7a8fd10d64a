using System.Diagnostics;
using System.Runtime.InteropServices;
using Orchestrator.Models.Training;

namespace Orchestrator.Bench.Overlap;

/// <summary>An exchange that takes no time: every step by itself.</summary>
internal sealed class NoExchange(int rank, int worldSize) : IGradientExchange
{
    private long _begin;
    private long _end;

    public int Rank => rank;

    public int WorldSize => worldSize;

    /// <summary>Bytes of gradients in the last step.</summary>
    public long Bytes { get; private set; }

    /// <summary>Operations of the last step, without the loss.</summary>
    public int Operations { get; private set; }

    /// <summary>With overlap: from the loss, which leaves before the backward pass, to the last bucket, which leaves behind it.</summary>
    public double BackwardSeconds => Stopwatch.GetElapsedTime(_begin, _end).TotalSeconds;

    /// <summary>Of all steps that were looked at: what else runs on the machine makes it longer.</summary>
    public double ShortestBackwardSeconds { get; set; }

    public void AllReduce(Span<float> values)
    {
        Bytes += values.Length * sizeof(float);
        Operations++;
        _end = Stopwatch.GetTimestamp();
    }

    public void AllReduce(Span<double> values)
    {
        Bytes = 0;
        Operations = 0;
        _begin = Stopwatch.GetTimestamp();
    }
}

/// <summary>
/// A peer behind a network card: an operation takes latency + bytes · time per byte, during which the thread sleeps and the
/// processor is free. The sum is what this rank has.
/// </summary>
internal sealed partial class SimulatedLink(double latencySeconds, double secondsPerByte) : IGradientExchange
{
    private const int SetTimerSlack = 29;

    [ThreadStatic]
    private static bool _isPrecise;

    public int Rank => 0;

    public int WorldSize => 2;

    /// <summary>Time asked for in the last step, loss included.</summary>
    public double Seconds { get; private set; }

    public void AllReduce(Span<float> values) => Transfer(values.Length * sizeof(float));

    public void AllReduce(Span<double> values)
    {
        Seconds = 0;
        Transfer(values.Length * sizeof(double));
    }

    private void Transfer(int bytes)
    {
        // The kernel may round a sleep up by 50 µs; that is this simulation's business, not a network's.
        if (!_isPrecise)
        {
            _isPrecise = true;
            _ = SetProcessControl(SetTimerSlack, 1, 0, 0, 0);
        }

        double seconds = latencySeconds + (bytes * secondsPerByte);
        Seconds += seconds;
        var time = new Duration((long)seconds, (long)(seconds % 1 * 1e9));
        if (Sleep(in time, IntPtr.Zero) != 0)
            throw new InvalidOperationException("The sleep was interrupted.");
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Sleep(in Duration time, IntPtr left);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int SetProcessControl(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    private readonly record struct Duration(long Seconds, long Nanoseconds);
}
