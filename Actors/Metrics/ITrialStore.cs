using Orchestrator.Experiments.Runs;

namespace Orchestrator.Actors.Metrics;

/// <summary>Where metrics and results are kept.</summary>
internal interface ITrialStore
{
    /// <summary>All of it or nothing, on disk when it returns. What is there already is left as it is.</summary>
    /// <exception cref="RunStoreException">The store takes no more writes.</exception>
    void Append(IReadOnlyCollection<StoredMetric> metrics, IReadOnlyCollection<StoredResult> results);
}
