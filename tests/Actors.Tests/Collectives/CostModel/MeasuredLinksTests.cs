using Orchestrator.Actors.Collectives.CostModel;

namespace Orchestrator.Actors.Tests.Collectives.CostModel;

internal sealed class MeasuredLinksTests
{
    private const long Small = 1024;
    private const long Large = 1 << 30;

    private const string Points = """[{ "bytes": 1, "movingSeconds": 1, "addingSeconds": 1 }]""";

    private static readonly MeasuredLinks Four = new(
        WorldSize: 4,
        Cores: 2,
        Alpha: 3e-6,
        PerMessage: 4e-7,
        Cached: [new(1024, 1e-6, 5e-7), new(65_536, 4e-5, 1e-5), new(1 << 20, 9e-4, 3e-4)],
        Uncached: [new(65_536, 1.6e-4, 4e-5), new(1 << 20, 2.5e-3, 6e-4)]);

    [Test]
    public void What_is_written_is_read_back_bit_by_bit()
    {
        MeasuredLinks read = MeasuredLinks.Parse(Four.ToJson());

        Assert.That(read.Cached, Is.EqualTo(Four.Cached));
        Assert.That(read.Uncached, Is.EqualTo(Four.Uncached));
        Assert.That((read.WorldSize, read.Cores, read.Alpha, read.PerMessage), Is.EqualTo((4, 2, 3e-6, 4e-7)));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase($$"""{ "worldSize": 4, "cores": 2, "alphaSeconds": 1e-6, "perMessageSeconds": 0, "cached": [], "uncached": {{Points}} }""")]
    [TestCase($$"""{ "worldSize": 4, "cores": 2, "alphaSeconds": 1e-6, "perMessageSeconds": 0, "cached": {{Points}} }""")]
    [TestCase($$"""{ "worldSize": 4, "cores": 0, "alphaSeconds": 1e-6, "perMessageSeconds": 0, "cached": {{Points}}, "uncached": {{Points}} }""")]
    [TestCase($$"""{ "worldSize": 4, "cores": 2, "alphaSeconds": "fast", "perMessageSeconds": 0, "cached": {{Points}}, "uncached": {{Points}} }""")]
    [TestCase($$"""{ "worldSize": 4, "cores": 2, "alphaSeconds": 1e-6, "perMessageSeconds": -1, "cached": {{Points}}, "uncached": {{Points}} }""")]
    [TestCase($$"""{ "worldSize": 4, "cores": 2, "alphaSeconds": 1e-6, "perMessageSeconds": 0, "cached": [1], "uncached": {{Points}} }""")]
    [TestCase($$"""{ "worldSize": 4, "cores": 2, "alphaSeconds": 1e-6, "perMessageSeconds": 0, "cached": [{ "bytes": 1e30, "movingSeconds": 1, "addingSeconds": 1 }], "uncached": {{Points}} }""")]
    [TestCase($$"""{ "worldSize": 4, "cores": 2, "alphaSeconds": 1e-6, "perMessageSeconds": 0, "cached": [{ "bytes": 2, "movingSeconds": 1, "addingSeconds": 1 }, { "bytes": 2, "movingSeconds": 1, "addingSeconds": 1 }], "uncached": {{Points}} }""")]
    public void What_makes_no_sense_is_refused(string json) =>
        Assert.That(() => MeasuredLinks.Parse(json), Throws.InstanceOf<FormatException>());

    [Test]
    public void Where_ranks_take_turns_on_the_cores_a_rank_alone_is_as_many_times_as_fast()
    {
        MachineCosts costs = Four.ToCosts(Small);

        Assert.That(costs.Cores, Is.EqualTo(2));
        Assert.That((costs.Link.Alpha, costs.PerMessage), Is.EqualTo((3e-6, 2e-7)));
        Assert.That(costs.Link.Moving.At(65_536), Is.EqualTo(2e-5).Within(1e-12));
        Assert.That(costs.Link.Adding.At(65_536), Is.EqualTo(5e-6).Within(1e-12));
    }

    [Test]
    public void Ranks_with_a_core_each_cost_what_was_measured()
    {
        MachineCosts costs = (Four with { WorldSize = 2 }).ToCosts(Small);

        Assert.That(costs.Link.Moving.At(65_536), Is.EqualTo(4e-5).Within(1e-12));
    }

    [Test]
    public void Large_buffers_cost_what_was_measured_out_of_the_cache()
    {
        MachineCosts costs = (Four with { WorldSize = 2 }).ToCosts(Large);

        Assert.That(costs.Link.Moving.At(65_536), Is.EqualTo(1.6e-4).Within(1e-12));
        Assert.That(costs.Link.Adding.At(1 << 20), Is.EqualTo(6e-4).Within(1e-12));
    }

    [Test]
    public void Buffers_in_between_cost_something_in_between_and_rise_with_their_size()
    {
        double[] seconds =
        [
            .. Enumerable.Range(18, 10).Select(power => (Four with { WorldSize = 2 }).ToCosts(1L << power).Link.Moving.At(65_536)),
        ];

        Assert.That(seconds, Is.Ordered.And.All.InRange(4e-5 - 1e-12, 1.6e-4 + 1e-12));
        Assert.That(seconds[0], Is.EqualTo(4e-5).Within(1e-12));
        Assert.That(seconds[^1], Is.EqualTo(1.6e-4).Within(1e-12));
    }

    [Test]
    public void Noise_that_makes_more_bytes_cheaper_is_levelled()
    {
        MeasuredLinks noisy = Four with { WorldSize = 2, Cached = [new(1024, 1e-6, 0), new(2048, 5e-7, 0), new(4096, 2e-6, 0)] };

        MachineCosts costs = noisy.ToCosts(Small);

        Assert.That(costs.Link.Moving.At(2048), Is.EqualTo(1e-6).Within(1e-15));
        Assert.That(costs.Link.Adding.At(4096), Is.Positive);
    }
}
