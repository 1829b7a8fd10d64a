using Akka.Actor;
using Orchestrator.Models.Training;
using static Orchestrator.Actors.Workers.WorkerProtocol;

namespace Orchestrator.Actors.Workers;

/// <summary>
/// Carries what a training says from its thread to the worker. Metrics are equal on all ranks: rank 0 speaks for all. Its
/// thread waits here while too many of its batches are not on disk yet.
/// </summary>
internal sealed class RankObserver(IActorRef worker, StartRank start, GpuWorkerOptions options, RankCredits credits)
    : ITrainingObserver
{
    private long? _lastReport;

    public void OnMetrics(IReadOnlyList<MetricPoint> points)
    {
        if (start.Rank != 0 || points.Count == 0 || !credits.Take())
            return;
        worker.Tell(new MetricsReady(start.Token, [.. points]));
    }

    public void OnMasks(long step, string hash) => worker.Tell(new MasksReady(start.Token, step, hash));

    public void OnStep(long step, long steps, int epoch, double loss)
    {
        if (start.Rank != 0 || (_lastReport is { } last && options.Time.GetElapsedTime(last) < options.StepInterval))
            return;
        _lastReport = options.Time.GetTimestamp();
        worker.Tell(new StepReady(start.Token, step, steps, epoch, loss));
    }
}
