using Orchestrator.Experiments.Runs;

namespace Orchestrator.Actors.Metrics;

/// <summary>The run store as the aggregator sees it.</summary>
internal sealed class RunTrialStore(RunStore store) : ITrialStore
{
    public void Append(IReadOnlyCollection<StoredMetric> metrics, IReadOnlyCollection<StoredResult> results)
    {
        try
        {
            store.Append(metrics, results);
        }
        catch (Exception exception) when (StoreFaults.IsStorage(exception))
        {
            throw StoreFaults.From(exception, store.Directory);
        }
    }
}
