using Orchestrator.Display;

namespace Orchestrator.Tests.Display;

internal sealed class WordsTests
{
    [TestCase(0.4, "0 s")]
    [TestCase(59.4, "59 s")]
    [TestCase(59.6, "1 min 00 s")]
    [TestCase(3_599, "59 min 59 s")]
    [TestCase(3_660, "1 h 01 min")]
    [TestCase(90_000, "1 d 1 h")]
    public void A_duration_has_two_units_at_most(double seconds, string expected) =>
        Assert.That(Words.Duration(TimeSpan.FromSeconds(seconds)), Is.EqualTo(expected));

    [TestCase("validation/label-error-rate", 0.04125, "4.13 %")]
    [TestCase("train/loss", 1.23456, "1.235")]
    public void Rates_are_percentages(string name, double value, string expected) =>
        Assert.That(Words.Metric(name, value), Is.EqualTo(expected));

    [TestCase(1, "1 trial")]
    [TestCase(1_200, "1,200 trials")]
    public void Things_are_counted(long count, string expected) => Assert.That(Words.Count(count, "trial"), Is.EqualTo(expected));
}
