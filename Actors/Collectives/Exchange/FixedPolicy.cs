using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Schedules;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>Always the algorithm and the bucket size that were asked for.</summary>
/// <param name="algorithm">Of AllReduce. The other collectives take their direct form if it is direct, else their own.</param>
/// <param name="worldSize">Ranks.</param>
/// <param name="channels">Of rings.</param>
/// <param name="nodeSize">Of hierarchies.</param>
/// <param name="bucketBytes">≥ 8.</param>
internal sealed class FixedPolicy(Algorithm algorithm, int worldSize, int channels, int nodeSize, long bucketBytes) : ISchedulePolicy
{
    /// <summary>Bytes of a piece of a pipeline, and how many pieces there are at most.</summary>
    internal const long SegmentBytes = 128 << 10;

    internal const int SegmentsMax = 64;

    /// <summary>Null: nobody knows what anything takes.</summary>
    public Func<long, MachineCosts>? CostsFor { get; init; }

    private readonly Dictionary<(CollectiveGoal, int Segments), Schedule> _schedules = [];

    public static FixedPolicy Of(CommunicatorOptions options, int worldSize, Func<long, MachineCosts>? costsFor) => new(
        options.Algorithm switch
        {
            AllReduceAlgorithm.Ring => Algorithm.Ring,
            AllReduceAlgorithm.Tree => Algorithm.Tree,
            AllReduceAlgorithm.DoubleTree => Algorithm.DoubleTree,
            AllReduceAlgorithm.RecursiveDoubling => Algorithm.RecursiveDoubling,
            AllReduceAlgorithm.HalvingDoubling => Algorithm.HalvingDoubling,
            AllReduceAlgorithm.Direct => Algorithm.Direct,
            AllReduceAlgorithm.Chain => Algorithm.Chain,
            AllReduceAlgorithm.Hierarchical => Algorithm.Hierarchical,
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Algorithm, "Not a fixed algorithm."),
        },
        worldSize,
        options.Channels,
        options.NodeSize,
        options.BucketBytes)
    {
        CostsFor = costsFor,
    };

    public (Schedule Schedule, long BucketBytes) For(CollectiveGoal goal, long bytes, ElementType type)
    {
        long together = goal.Kind == CollectiveKind.AllReduce ? Math.Min(bytes, bucketBytes) : bytes;
        int segments = (int)Math.Clamp(together / SegmentBytes, 1, SegmentsMax);
        if (!_schedules.TryGetValue((goal, segments), out Schedule? schedule))
        {
            schedule = VerifiedSchedules.Of(new ScheduleSpec(goal, AlgorithmFor(goal, segments), worldSize, channels, segments, nodeSize));
            _schedules.Add((goal, segments), schedule);
        }

        return (schedule, bucketBytes);
    }

    public double? PredictedSeconds(long bytes, ElementType type) => CostsFor is null
        ? null
        : SchedulePrice.Of(For(CollectiveGoal.AllReduce, bytes, type).Schedule, bytes, bucketBytes, type.Bytes(), CostsFor(bytes));

    private Algorithm AlgorithmFor(CollectiveGoal goal, int segments) => goal.Kind switch
    {
        CollectiveKind.AllReduce => algorithm,
        CollectiveKind.Broadcast => segments == 1 ? Algorithm.Tree : Algorithm.Chain,
        _ => algorithm == Algorithm.Direct ? Algorithm.Direct : Algorithm.Ring,
    };
}
