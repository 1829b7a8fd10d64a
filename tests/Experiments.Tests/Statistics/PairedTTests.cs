using Orchestrator.Experiments.Statistics;
using static Orchestrator.Experiments.Tests.Statistics.ReferenceValues;

namespace Orchestrator.Experiments.Tests.Statistics;

internal sealed class PairedTTests
{
    [TestCaseSource(typeof(ReferenceValues), nameof(VaryingSamples))]
    public void T_p_and_interval_equal_the_reference(string name)
    {
        var result = PairedT.Run(Pairs(name))!;

        var expected = Sample(name)["paired_t"]!;
        Assert.That(result.T, Is.EqualTo(Number(expected, "t")).Within(StudentTolerance));
        Assert.That(result.DegreesOfFreedom, Is.EqualTo((int)expected["df"]!));
        Assert.That(result.Less, Is.EqualTo(Number(expected, "p.less")).Within(StudentTolerance));
        Assert.That(result.Greater, Is.EqualTo(Number(expected, "p.greater")).Within(StudentTolerance));
        Assert.That(result.TwoSided, Is.EqualTo(Number(expected, "p['two-sided']")).Within(StudentTolerance));
        Assert.That(result.Interval.Low, Is.EqualTo(Number(expected, "ci95_low")).Within(StudentTolerance));
        Assert.That(result.Interval.High, Is.EqualTo(Number(expected, "ci95_high")).Within(StudentTolerance));
    }

    [Test]
    public void Differences_that_do_not_vary_have_no_t()
    {
        Assert.That(PairedT.Run(Pairs("n7_identical")), Is.Null);
        Assert.That(PairedT.Run(PairedSample.Of([1.1, 2.2, 3.3], [1.2, 2.3, 3.4])), Is.Null);
        Assert.That(PairedT.Run(PairedSample.Of([1], [2])), Is.Null);
    }
}
