using System.Collections.Immutable;
using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>What the cost model says is the fastest on the links as they were measured, for each size: schedule and bucket.</summary>
/// <param name="worldSize">Ranks.</param>
/// <param name="costsFor">What moving and adding cost out of a buffer of so many bytes.</param>
internal sealed class AutoPolicy(int worldSize, Func<long, MachineCosts> costsFor) : ISchedulePolicy
{
    /// <summary>
    /// About the model's own error. What promises less than this over what sends the fewest bytes, or over the usual bucket, may
    /// as well be slower.
    /// </summary>
    private const double Tolerance = 1.15;

    private const long UsualBucketBytes = 4 << 20;

    private static readonly ImmutableArray<long> OtherBucketBytes = [1 << 20, 16 << 20];

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
        MachineCosts costs = costsFor(bytes);
        if (goal.Kind != CollectiveKind.AllReduce)
            return InBuckets(goal, bytes, Math.Max(bytes, 1), type.Bytes(), costs);
        Chosen usual = InBuckets(goal, bytes, UsualBucketBytes, type.Bytes(), costs);
        Chosen best = usual;
        foreach (long other in OtherBucketBytes.Where(other => Math.Min(other, UsualBucketBytes) < bytes))
        {
            Chosen chosen = InBuckets(goal, bytes, other, type.Bytes(), costs);
            if (chosen.Seconds * Tolerance < usual.Seconds && chosen.Seconds < best.Seconds)
                best = chosen;
        }

        return best;
    }

    private Chosen InBuckets(CollectiveGoal goal, long bytes, long bucketBytes, int elementBytes, MachineCosts costs)
    {
        long together = Math.Min(bytes, bucketBytes) / elementBytes;
        Choice choice = Chooser.Choose(goal, worldSize, together, elementBytes, costs);
        Schedule schedule = choice.Candidates
            .Where(candidate => candidate.Time <= choice.Best.Time * Tolerance)
            .Select(candidate => VerifiedSchedules.Of(candidate.Spec))
            .MinBy(near => ScheduleCost.Of(near, together, elementBytes, costs).BytesSentMax)!;
        return new Chosen(schedule, bucketBytes, SchedulePrice.Of(schedule, bytes, bucketBytes, elementBytes, costs));
    }

    private sealed record Chosen(Schedule Schedule, long BucketBytes, double Seconds);
}
