using Orchestrator.Experiments.Statistics;

namespace Orchestrator.Experiments.Tests.Statistics;

internal sealed class GeometricMeanTests
{
    [Test]
    public void Twice_and_half_cancel_out() =>
        Assert.That(GeometricMean.Of([2, 0.5])!.Mean, Is.EqualTo(1).Within(1e-15));

    [Test]
    public void The_interval_of_inverse_ratios_is_the_inverse_interval()
    {
        var forward = GeometricMean.Of([1.1, 1.3, 0.9, 1.2])!;
        var backward = GeometricMean.Of([1 / 1.1, 1 / 1.3, 1 / 0.9, 1 / 1.2])!;

        Assert.That(backward.Mean, Is.EqualTo(1 / forward.Mean).Within(1e-12));
        Assert.That(backward.Interval!.Value.Low, Is.EqualTo(1 / forward.Interval!.Value.High).Within(1e-12));
    }

    [Test]
    public void A_ratio_of_nothing_is_refused() =>
        Assert.That(() => GeometricMean.Of([1, 0]), Throws.ArgumentException);
}
