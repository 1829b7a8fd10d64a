using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>Always the algorithm and the bucket size that were asked for.</summary>
internal sealed class FixedPolicy(int worldSize, CommunicatorOptions options) : ISchedulePolicy
{
    private readonly Schedule _schedule = RingAllReduce.Build(worldSize);

    public (Schedule Schedule, long BucketBytes) For(CollectiveGoal goal, long bytes, ElementType type) =>
        (_schedule, options.BucketBytes);
}
