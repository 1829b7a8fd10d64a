using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Measurement;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Tests.Collectives.Measurement;

internal sealed class AllReduceBenchmarkTests
{
    private static readonly BenchmarkPlan Plan = new()
    {
        Algorithms = Enum.GetValues<AllReduceAlgorithm>(),
        Sizes = [8, 1000, 65_536],
        TimePerPoint = TimeSpan.FromMilliseconds(1),
        Bind = false,
        Options = new CommunicatorOptions { NodeSize = 2 },
    };

    [Test]
    public void Every_algorithm_at_every_size_is_reported_right_and_priced()
    {
        List<BenchmarkPoint>[] points = Run(3, Plan);

        Assert.That(points[0].Select(point => (point.Algorithm, point.Bytes)), Is.EqualTo(
            from algorithm in Plan.Algorithms from size in Plan.Sizes select (algorithm, size)));
        Assert.That(points[0].Select(point => point.Wrong), Is.All.Zero);
        Assert.That(points[0].Select(point => point.PredictedSeconds), Is.All.GreaterThan(0.0));
        Assert.That(points[0].Select(point => (point.WorldSize, point.Count)), Is.EqualTo(
            points[0].Select(point => (3, point.Bytes / sizeof(float)))));
        Assert.That(points[0].All(point => point.SingleSecondsMin <= point.SingleSeconds && point.SingleSeconds <= point.SingleSecondsMax));
    }

    [Test]
    public void All_ranks_report_the_same_times()
    {
        List<BenchmarkPoint>[] points = Run(2, Plan with { Algorithms = [AllReduceAlgorithm.Ring] });

        Assert.That(points[1], Is.EqualTo(points[0]));
    }

    [Test]
    public void Every_type_and_operation_is_checked(
        [Values("float32", "float64", "float16", "bfloat16", "int64")] string type,
        [Values(ReduceOp.Sum, ReduceOp.Min, ReduceOp.Max)] ReduceOp op)
    {
        List<BenchmarkPoint>[] points = Run(
            2, Plan with { Algorithms = [AllReduceAlgorithm.Direct], Sizes = [4096], Type = type, Op = op });

        Assert.That((points[0][0].Wrong, points[0][0].Type, points[0][0].Op), Is.EqualTo((0L, type, op)));
    }

    [Test]
    public void An_unknown_type_is_refused_by_name() => Assert.That(
        () => Run(1, Plan with { Type = "float8" }), Throws.ArgumentException.With.Message.Contains("`float8`"));

    [Test]
    public void Bus_bandwidth_is_that_of_NCCLs_tests()
    {
        BenchmarkPoint point = Run(2, Plan with { Algorithms = [AllReduceAlgorithm.Ring], Sizes = [4096] })[0][0] with
        {
            WorldSize = 4,
            Bytes = 1_000_000,
            SingleSeconds = 1e-3,
        };

        Assert.That((point.AlgorithmBandwidth, point.BusBandwidth), Is.EqualTo((1e9, 1.5e9)));
    }

    [Test]
    public void A_rank_that_is_stopped_ends_the_measurement_of_all()
    {
        using CancellationTokenSource stop = new();
        LocalRingRendezvous rings = new();

        Exception?[] errors = Gang.Errors(2, rank =>
        {
            using Communicator communicator = rings.Join(
                "ring", token: 1, rank, 2, rank == 0 ? stop.Token : CancellationToken.None);
            AllReduceBenchmark.Run(communicator, Plan, _ => stop.Cancel(), rank == 0 ? stop.Token : CancellationToken.None);
        });

        Assert.That(errors[0], Is.InstanceOf<OperationCanceledException>());
        Assert.That(errors[1], Is.InstanceOf<CollectiveException>().With.Property(nameof(CollectiveException.Rank)).EqualTo(0));
    }

    private static List<BenchmarkPoint>[] Run(int worldSize, BenchmarkPlan plan)
    {
        LocalRingRendezvous rings = new(plan.Options);
        return Gang.Run(worldSize, rank =>
        {
            using Communicator communicator = rings.Join("ring", token: 1, rank, worldSize, CancellationToken.None);
            List<BenchmarkPoint> points = [];
            AllReduceBenchmark.Run(communicator, plan, points.Add, CancellationToken.None);
            return points;
        });
    }
}
