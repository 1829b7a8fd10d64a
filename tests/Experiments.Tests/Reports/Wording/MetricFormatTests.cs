using Orchestrator.Experiments.Reports;
using Orchestrator.Experiments.Reports.Wording;
using Orchestrator.Experiments.Statistics;

namespace Orchestrator.Experiments.Tests.Reports.Wording;

internal sealed class MetricFormatTests
{
    private static readonly MetricDescription Error = new("cer", "error", MetricDirection.Minimize, MetricUnit.Fraction);
    private static readonly MetricDescription Bits =
        new("bpc", "bits per character", MetricDirection.Minimize, MetricUnit.Number, "bits per character");

    [Test]
    public void Fractions_are_percent_and_their_differences_points()
    {
        var format = new MetricFormat(Error, 1);

        Assert.That(format.Value(0.041), Is.EqualTo("4.1\u00a0%"));
        Assert.That(format.Difference(0.002), Is.EqualTo("+0.2"));
        Assert.That(format.DifferenceRange(new Interval(-0.001, 0.005)), Is.EqualTo("[−0.1, +0.5]"));
        Assert.That((format.Amount(0.01), format.Amount(0.005)), Is.EqualTo(("1\u00a0point", "0.5\u00a0points")));
    }

    [Test]
    public void Numbers_keep_their_unit()
    {
        var format = new MetricFormat(Bits, 3);

        Assert.That(format.Value(1.37), Is.EqualTo("1.370"));
        Assert.That(format.Amount(0.02), Is.EqualTo("0.02\u00a0bits per character"));
    }

    [TestCase(0.003, 2)]
    [TestCase(0.025, 1)]
    [TestCase(0.5, 1)]
    public void Fractions_have_two_digits_of_their_interval(double halfWidth, int expected) =>
        Assert.That(MetricFormat.Of(Error, [halfWidth, null]).Decimals, Is.EqualTo(expected));

    [Test]
    public void Without_any_interval_there_is_a_default() =>
        Assert.That((MetricFormat.Of(Error, [null, 0.0]).Decimals, MetricFormat.Of(Bits, []).Decimals), Is.EqualTo((1, 3)));
}
