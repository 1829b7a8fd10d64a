using Orchestrator.Actors.Serialization;
using Orchestrator.Models.Training;
using Proto = Orchestrator.Actors.Serialization.Proto;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>
/// Tells the worker what a training says. As in one process rank 0 speaks for all; and as there it waits while too many of its
/// batches are not on disk yet: the worker reads no further, and the pipe fills.
/// </summary>
internal sealed class RankProcessObserver(int rank, TimeSpan stepInterval, TimeProvider time, RankPipe toWorker) : ITrainingObserver
{
    /// <summary>A resumed trial tells all that it told before at once: more than a frame holds, after some thousand epochs.</summary>
    private const int PointsPerFrame = 1000;

    private long? _lastReport;

    public void OnMetrics(IReadOnlyList<MetricPoint> points)
    {
        if (rank != 0)
            return;
        foreach (MetricPoint[] some in points.Chunk(PointsPerFrame))
        {
            var metrics = new Proto.RankMetrics { Points = { some.Select(MetricsWire.Write) } };
            toWorker.Send(new Proto.FromRank { Metrics = metrics });
        }
    }

    public void OnMasks(long step, string hash) =>
        toWorker.Send(new Proto.FromRank { Masks = new Proto.RankMasks { Step = step, Hash = hash } });

    public void OnStep(long step, long steps, int epoch, double loss)
    {
        if (rank != 0 || (_lastReport is { } last && time.GetElapsedTime(last) < stepInterval))
            return;
        _lastReport = time.GetTimestamp();
        var done = new Proto.RankStep { Step = step, Steps = steps, Epoch = epoch, Loss = loss };
        toWorker.Send(new Proto.FromRank { Step = done });
    }
}
