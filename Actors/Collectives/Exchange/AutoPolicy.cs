using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>What the cost model says is the fastest on the links as they were measured, for each size: schedule and bucket.</summary>
/// <param name="worldSize">Ranks.</param>
/// <param name="costsFor">What moving and adding cost out of a buffer of so many bytes.</param>
internal sealed class AutoPolicy(int worldSize, Func<long, MachineCosts> costsFor) : ISchedulePolicy
{
    /// <summary>Of the time, lost to latency in favour of buckets that come back early.</summary>
    private const double Waste = 0.1;

    /// <summary>A training asks for a handful of sizes; whoever asks for each size once is not to fill the memory.</summary>
    private const int ChoicesMax = 1024;

    private readonly Dictionary<(CollectiveGoal, long Bytes, ElementType), Chosen> _choices = [];

    public (Schedule Schedule, long BucketBytes) For(CollectiveGoal goal, long bytes, ElementType type)
    {
        Chosen chosen = ChosenFor(goal, bytes, type);
        return (chosen.Schedule, chosen.BucketBytes);
    }

    public double? PredictedSeconds(long bytes, ElementType type) => ChosenFor(CollectiveGoal.AllReduce, bytes, type).Seconds;

    private Chosen ChosenFor(CollectiveGoal goal, long bytes, ElementType type)
    {
        if (_choices.TryGetValue((goal, bytes, type), out Chosen? known))
            return known;
        if (_choices.Count >= ChoicesMax)
            _choices.Clear();
        Chosen chosen = Choose(goal, bytes, type);
        _choices.Add((goal, bytes, type), chosen);
        return chosen;
    }

    private Chosen Choose(CollectiveGoal goal, long bytes, ElementType type)
    {
        int elementBytes = type.Bytes();
        MachineCosts costs = costsFor(bytes);
        long together = goal.Kind == CollectiveKind.AllReduce
            ? Math.Clamp(Chooser.BucketBytes(worldSize, bytes / elementBytes, elementBytes, costs, Waste), sizeof(double), Math.Max(bytes, sizeof(double)))
            : bytes;
        Candidate best = Chooser.Choose(goal, worldSize, Math.Min(bytes, together) / elementBytes, elementBytes, costs).Best;
        Schedule schedule = VerifiedSchedules.Of(best.Spec);
        return new Chosen(schedule, Math.Max(together, sizeof(double)), SchedulePrice.Of(schedule, bytes, together, elementBytes, costs));
    }

    private sealed record Chosen(Schedule Schedule, long BucketBytes, double Seconds);
}
