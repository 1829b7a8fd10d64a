using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>What a buffer costs that is reduced bucket by bucket.</summary>
internal static class SchedulePrice
{
    /// <param name="schedule">Runs on each bucket.</param>
    /// <param name="bytes">Of the buffer.</param>
    /// <param name="bucketBytes">Of a bucket, &gt; 0.</param>
    /// <param name="elementBytes">Of an element.</param>
    /// <param name="costs">What it runs on.</param>
    /// <returns>Seconds.</returns>
    public static double Of(Schedule schedule, long bytes, long bucketBytes, int elementBytes, Costs costs)
    {
        long elements = bytes / elementBytes;
        long bucket = Math.Max(1, bucketBytes / elementBytes);
        double seconds = elements >= bucket
            ? elements / bucket * ScheduleCost.Predict(schedule, bucket, elementBytes, costs)
            : 0;
        long rest = elements % bucket;
        return rest > 0 || elements == 0 ? seconds + ScheduleCost.Predict(schedule, rest, elementBytes, costs) : seconds;
    }
}
