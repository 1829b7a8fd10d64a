using Orchestrator.Models.Training;

namespace Orchestrator.Bench;

/// <summary>An observer that costs nothing.</summary>
internal sealed class Silence : ITrainingObserver
{
    public static readonly Silence Instance = new();

    public void OnMetrics(IReadOnlyList<MetricPoint> points)
    {
    }

    public void OnMasks(long step, string hash)
    {
    }

    public void OnStep(long step, long steps, int epoch, double loss)
    {
    }
}
