using Orchestrator.Experiments.Runs;
using static Orchestrator.Actors.Metrics.MetricsProtocol;
using static Orchestrator.Actors.Workers.WorkerProtocol;

namespace Orchestrator.Actors.Workers;

/// <summary>What a worker remembers of the rank that it runs. For the actor alone, but for the signals and the credits.</summary>
internal sealed class RankAttempt : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();

    public RankAttempt(StartRank start, int outstandingBatchesMax)
    {
        Start = start;
        Credits = new RankCredits(outstandingBatchesMax, _abort.Token);
        Signals = new RankSignals(_stop.Token, _abort.Token);
    }

    public StartRank Start { get; }

    public RankSignals Signals { get; }

    public RankCredits Credits { get; }

    /// <summary>Batches that are not known to be on disk, by sequence.</summary>
    public SortedDictionary<long, MetricsBatch> Outbox { get; } = [];

    /// <summary>Number of the next batch.</summary>
    public long Sequence { get; set; }

    /// <summary>Number of the next report of masks.</summary>
    public int MaskReports { get; set; }

    /// <summary>To be stored; null if there is none, or it is.</summary>
    public StoredResult? Result { get; set; }

    /// <summary>The newest address of the rank, for which the others' are awaited or were found; null: it needs none.</summary>
    public AddressReady? Address { get; set; }

    /// <summary>Whether the thread is busy with it.</summary>
    public bool IsTraining { get; set; }

    public bool IsStored => Outbox.Count == 0 && Result is null;

    public void Stop() => _stop.Cancel();

    public void Abort()
    {
        _stop.Cancel();
        _abort.Cancel();
        Address?.Gang.TrySetCanceled();
    }

    /// <summary>Only when the training thread is done with it.</summary>
    public void Dispose()
    {
        Address?.Gang.TrySetCanceled();
        _stop.Dispose();
        _abort.Dispose();
        Credits.Dispose();
    }
}
