using Orchestrator.Experiments.Statistics;
using static Orchestrator.Experiments.Tests.Statistics.ReferenceValues;

namespace Orchestrator.Experiments.Tests.Statistics;

internal sealed class BcaBootstrapTests
{
    [TestCaseSource(typeof(ReferenceValues), nameof(VaryingSamples))]
    public void The_enumerated_interval_and_what_leads_to_it_equal_the_reference(string name)
    {
        var result = BcaBootstrap.Run(Pairs(name))!;

        var expected = Sample(name)["bca_mean_difference"]!;
        Assert.That(result.IsExact);
        Assert.That(result.Estimate, Is.EqualTo(Number(expected, "estimate")).Within(ExactTolerance));
        Assert.That(result.Bias, Is.EqualTo(Number(expected, "z0")).Within(StudentTolerance));
        Assert.That(result.Acceleration, Is.EqualTo(Number(expected, "acceleration")).Within(StudentTolerance));
        Assert.That(result.LevelLow, Is.EqualTo(Number(expected, "exact.alpha_low")).Within(StudentTolerance));
        Assert.That(result.LevelHigh, Is.EqualTo(Number(expected, "exact.alpha_high")).Within(StudentTolerance));
        Assert.That(result.Interval.Low, Is.EqualTo(Number(expected, "exact.low")).Within(ExactTolerance));
        Assert.That(result.Interval.High, Is.EqualTo(Number(expected, "exact.high")).Within(ExactTolerance));
    }

    [Test]
    public void More_pairs_than_can_be_enumerated_are_resampled_repeatably_and_close_to_Students_interval()
    {
        double[] differences = [.. Enumerable.Range(0, 30).Select(i => 0.01 + 0.002 * Math.Sin(i * 2.4))];
        var sample = PairedSample.Of(new double[30], differences);

        var result = BcaBootstrap.Run(sample, seed: 3)!;

        Assert.That(result.IsExact, Is.False);
        Assert.That(BcaBootstrap.Run(sample, seed: 3), Is.EqualTo(result));
        var student = PairedT.Run(sample)!.Interval;
        Assert.That(result.Interval.Low, Is.EqualTo(student.Low).Within(0.1 * student.Width));
        Assert.That(result.Interval.High, Is.EqualTo(student.High).Within(0.1 * student.Width));
    }

    [Test]
    public void Differences_that_do_not_vary_have_no_interval() =>
        Assert.That(BcaBootstrap.Run(Pairs("n7_identical")), Is.Null);
}
