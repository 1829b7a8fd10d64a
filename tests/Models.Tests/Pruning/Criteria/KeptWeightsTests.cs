using CsCheck;
using Orchestrator.Models.Pruning.Criteria;

namespace Orchestrator.Models.Tests.Pruning.Criteria;

internal sealed class KeptWeightsTests
{
    [TestCase(1000, 0.9, 100)]
    [TestCase(100, 0.29, 71, Description = "0.29 · 100 is a little less than 29")]
    [TestCase(7, 0.5, 3, Description = "3.5 go, rounded up to 4")]
    [TestCase(36, 0.9, 4, Description = "32.4 go, rounded down to 32")]
    [TestCase(5, 0, 5)]
    [TestCase(3, 0.9999, 0)]
    public void A_sparsity_leaves_what_rounding_to_nearest_says(long weights, double sparsity, long kept) =>
        Assert.That(KeptWeights.Of(weights, sparsity), Is.EqualTo(kept));

    [TestCase(1000, 0.005, 5)]
    [TestCase(1001, 0.005, 6)]
    [TestCase(100, 0.07, 7, Description = "0.07 · 100 is a little more than 7")]
    [TestCase(1, 0.005, 1)]
    [TestCase(10, 1, 10)]
    [TestCase(10, 0, 0)]
    public void The_floor_is_rounded_up(long weights, double keepAtLeast, long floor) =>
        Assert.That(KeptWeights.Floor(weights, keepAtLeast), Is.EqualTo(floor));

    [Test]
    public void A_density_that_was_counted_is_counted_again() =>
        Gen.Int[1, 100_000_000].SelectMany(weights => Gen.Int[0, weights].Select(kept => (weights, kept))).Sample(pair =>
            KeptWeights.Of(pair.weights, 1 - (pair.kept / (double)pair.weights)) == pair.kept);
}
