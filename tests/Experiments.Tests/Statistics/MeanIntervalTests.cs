using Orchestrator.Experiments.Statistics;
using static Orchestrator.Experiments.Tests.Statistics.ReferenceValues;

namespace Orchestrator.Experiments.Tests.Statistics;

internal sealed class MeanIntervalTests
{
    [TestCaseSource(typeof(ReferenceValues), nameof(VaryingSamples))]
    public void Of_differences_it_is_the_paired_interval_of_the_reference(string name)
    {
        var result = MeanInterval.Of(Pairs(name).Differences)!;

        var expected = Sample(name)["paired_t"]!;
        Assert.That(result.Mean, Is.EqualTo(Number(Sample(name), "mean_difference")).Within(ExactTolerance));
        Assert.That(result.Interval!.Value.Low, Is.EqualTo(Number(expected, "ci95_low")).Within(StudentTolerance));
        Assert.That(result.Interval!.Value.High, Is.EqualTo(Number(expected, "ci95_high")).Within(StudentTolerance));
    }

    [Test]
    public void One_seed_has_a_mean_and_no_interval()
    {
        var result = MeanInterval.Of([0.25])!;

        Assert.That((result.Mean, result.Interval), Is.EqualTo((0.25, (Interval?)null)));
    }

    [Test]
    public void No_seed_has_no_mean() => Assert.That(MeanInterval.Of([]), Is.Null);
}
