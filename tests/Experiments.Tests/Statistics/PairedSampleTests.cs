using Orchestrator.Experiments.Statistics;

namespace Orchestrator.Experiments.Tests.Statistics;

internal sealed class PairedSampleTests
{
    [Test]
    public void Only_equal_seeds_pair_and_the_difference_is_b_minus_a()
    {
        var a = new Dictionary<long, double> { [3] = 0.5, [1] = 0.25, [7] = 1 };
        var b = new Dictionary<long, double> { [1] = 1, [2] = 9, [3] = 2 };

        var sample = PairedSample.OfEqualSeeds(a, b);

        Assert.That(sample.Seeds, Is.EqualTo(new long[] { 1, 3 }));
        Assert.That(sample.Differences, Is.EqualTo(new[] { 0.75, 1.5 }));
        Assert.That(sample.Mean, Is.EqualTo(1.125));
    }

    [Test]
    public void Differences_of_rounding_alone_are_zero() =>
        Assert.That(PairedSample.Of([0.1 + 0.2, 1], [0.3, 2]).Differences, Is.EqualTo(new[] { 0.0, 1.0 }));

    [Test]
    public void Values_that_are_no_pairs_are_refused()
    {
        Assert.That(() => PairedSample.Of([1], [1, 2]), Throws.ArgumentException);
        Assert.That(() => PairedSample.Of([1], [double.NaN]), Throws.ArgumentException);
    }
}
