using CsCheck;
using Orchestrator.Experiments.Statistics;
using static Orchestrator.Experiments.Tests.Statistics.ReferenceValues;

namespace Orchestrator.Experiments.Tests.Statistics;

internal sealed class HolmTests
{
    [TestCaseSource(typeof(ReferenceValues), nameof(Families))]
    public void Adjusted_p_equal_the_reference(string name)
    {
        var adjusted = Holm.Adjust(Numbers(Family(name)["p"]!));

        Assert.That(adjusted, Is.EqualTo(Numbers(Family(name)["adjusted"]!)).Within(ExactTolerance));
    }

    [Test]
    public void Adjusting_keeps_the_order_and_lies_between_raw_and_Bonferroni() =>
        Gen.Double[0, 1].Array[1, 20].Sample(p =>
        {
            var adjusted = Holm.Adjust(p);

            int[] order = [.. Enumerable.Range(0, p.Length).OrderBy(i => p[i])];
            Assert.That(order.Select(i => adjusted[i]), Is.Ordered);
            Assert.That(p.Zip(adjusted), Has.All.Matches<(double Raw, double Adjusted)>(
                x => x.Adjusted >= x.Raw && x.Adjusted <= Math.Min(1, p.Length * x.Raw) + 1e-15));
        });

    [TestCase(-0.1)]
    [TestCase(double.NaN)]
    public void What_is_no_p_is_refused(double p) => Assert.That(() => Holm.Adjust([p]), Throws.ArgumentException);
}
