using System.Collections.Concurrent;
using System.Collections.Immutable;
using Orchestrator.Actors.Workers;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Tests.Workers.Processes;

/// <summary>A worker that keeps what it is told, and knows a gang that answers at once.</summary>
internal class RecordingLink : IRankLink, ITrainingObserver
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public ConcurrentQueue<MetricPoint> Points { get; } = [];

    public ConcurrentQueue<(long Step, string Hash)> Masks { get; } = [];

    public ConcurrentQueue<(long Step, long Steps, int Epoch, double Loss)> Steps { get; } = [];

    /// <summary>From a rank's round and address to those of all.</summary>
    public Func<int, string, Task<ImmutableArray<string>>> Gang { get; init; } =
        (_, _) => Task.FromCanceled<ImmutableArray<string>>(new CancellationToken(canceled: true));

    public Task<ImmutableArray<string>> ExchangeAsync(int round, string address) => Gang(round, address);

    public void Tell(string line) => Lines.Enqueue(line);

    public void OnMetrics(IReadOnlyList<MetricPoint> points)
    {
        foreach (MetricPoint point in points)
            Points.Enqueue(point);
    }

    public void OnMasks(long step, string hash) => Masks.Enqueue((step, hash));

    public virtual void OnStep(long step, long steps, int epoch, double loss) => Steps.Enqueue((step, steps, epoch, loss));
}

/// <summary>Gives a signal when a step is done.</summary>
internal sealed class StopAt(long at, CancellationTokenSource signal) : RecordingLink
{
    public override void OnStep(long step, long steps, int epoch, double loss)
    {
        base.OnStep(step, steps, epoch, loss);
        if (step >= at)
            signal.Cancel();
    }
}
