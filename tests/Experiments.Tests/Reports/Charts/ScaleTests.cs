using CsCheck;
using Orchestrator.Experiments.Reports.Charts;

namespace Orchestrator.Experiments.Tests.Reports.Charts;

internal sealed class ScaleTests
{
    [Test]
    public void Ticks_are_round_values_inside_the_range()
    {
        Assert.That(Scale.Linear([0, 10], 0, 100).Ticks(5), Is.EqualTo(new double[] { 0, 2, 4, 6, 8, 10 }));
        Assert.That(Scale.Logarithmic([17_000, 150_000], 0, 100).Ticks(4), Is.EqualTo(new double[] { 20_000, 50_000, 100_000 }));
    }

    [Test]
    public void Every_range_gives_a_few_ticks_within_the_picture() =>
        Gen.Select(Gen.Double[1e-6, 1e9], Gen.Double[1.001, 1e6]).Sample((low, factor) =>
        {
            foreach (var scale in new[] { Scale.Linear([low, low * factor], 0, 100), Scale.Logarithmic([low, low * factor], 0, 100) })
            {
                var positions = scale.Ticks(6).Select(scale.At).ToArray();
                Assert.That(positions, Has.Length.InRange(2, 12));
                Assert.That(positions, Is.Ordered.And.All.InRange(-0.01, 100.01));
            }
        });

    [TestCase(new double[0])]
    [TestCase(new[] { 5.0 })]
    [TestCase(new[] { double.NaN, 3.0, double.PositiveInfinity })]
    public void Empty_and_constant_ranges_have_a_place(double[] values)
    {
        foreach (var scale in new[] { Scale.Linear(values, 0, 100), Scale.Logarithmic(values, 0, 100), Scale.Tight(values, 0, 100) })
            Assert.That(scale.At(values.FirstOrDefault(double.IsFinite, 1)), Is.InRange(0, 100));
    }
}
