using CsCheck;
using Orchestrator.Models.Pruning.Criteria;

namespace Orchestrator.Models.Tests.Pruning.Criteria;

internal sealed class WeightQuantileTests
{
    [TestCase(0, 1)]
    [TestCase(0.5, 2.5, Description = "half-way between the second and the third of four")]
    [TestCase(0.9, 3.7, Description = "(4 − 1) · 0.9 = 2.7: 3 + 0.7 · (4 − 3)")]
    [TestCase(1, 4)]
    public void It_is_linear_between_the_magnitudes(double share, double expected) =>
        Assert.That(WeightQuantile.Of([3, -1, 4, -2], share), Is.EqualTo(expected).Within(1e-12));

    [Test]
    public void Of_one_weight_it_is_its_magnitude() => Assert.That(WeightQuantile.Of([-3], 0.9), Is.EqualTo(3));

    [Test]
    public void The_share_below_it_is_the_share_asked_for() =>
        Gen.Float[-1, 1].Array[1, 200].Select(Gen.Double[0, 1]).Sample((weights, share) =>
        {
            double q = WeightQuantile.Of(weights, share);

            int below = weights.Count(weight => Math.Abs(weight) < q);
            int atMost = weights.Count(weight => Math.Abs(weight) <= q);
            double position = (weights.Length - 1) * share;
            Assert.That(below, Is.LessThanOrEqualTo(position + 1));
            Assert.That(atMost, Is.GreaterThan(position - 1e-9).Or.EqualTo((int)position + 1));
        });

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void What_is_not_finite_has_none(float weight) =>
        Assert.That(() => WeightQuantile.Of([1, weight], 0.5), Throws.ArgumentException);
}
