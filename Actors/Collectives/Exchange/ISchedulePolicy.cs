using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>Which schedule serves which operation. A pure function of what all ranks know, so that all choose alike.</summary>
internal interface ISchedulePolicy
{
    /// <param name="goal">The collective.</param>
    /// <param name="bytes">Of the whole buffer.</param>
    /// <param name="type">Of its elements.</param>
    /// <returns>A proven schedule, and bytes per bucket, ≥ 8.</returns>
    (Schedule Schedule, long BucketBytes) For(CollectiveGoal goal, long bytes, ElementType type);

    /// <summary>What the cost model says that an AllReduce takes; null: there are no measured links to ask it with.</summary>
    double? PredictedSeconds(long bytes, ElementType type);
}
