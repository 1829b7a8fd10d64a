using Newtonsoft.Json.Linq;
using Orchestrator.Experiments.Statistics;
using static Orchestrator.Experiments.Tests.Statistics.ReferenceValues;

namespace Orchestrator.Experiments.Tests.Statistics;

internal sealed class EquivalenceTestTests
{
    [TestCaseSource(typeof(ReferenceValues), nameof(VaryingSamples))]
    public void One_sided_p_equal_the_reference_for_each_margin(string name)
    {
        var expectations = (JArray)Sample(name)["tost"]!;

        Assert.That(expectations, Is.Not.Empty);
        foreach (var expected in expectations)
        {
            var result = EquivalenceTest.ByStudent(Pairs(name), Number(expected, "margin"))!;

            Assert.That(result.AboveLower, Is.EqualTo(Number(expected, "p_lower")).Within(StudentTolerance));
            Assert.That(result.BelowUpper, Is.EqualTo(Number(expected, "p_upper")).Within(StudentTolerance));
            Assert.That(result.P, Is.EqualTo(Number(expected, "p")).Within(StudentTolerance));
        }
    }

    [Test]
    public void Identical_pairs_are_equivalent_by_sign_flips_where_t_is_undefined()
    {
        var identical = Pairs("n7_identical");

        Assert.That(EquivalenceTest.ByStudent(identical, 0.01), Is.Null);
        Assert.That(EquivalenceTest.BySignFlips(identical, 0.01).P, Is.EqualTo(Math.Pow(2, -7)));
    }

    [Test]
    public void Sign_flips_reject_neither_bound_where_the_difference_lies_on_it()
    {
        var sample = PairedSample.Of(new double[6], [0.01, 0.01, 0.01, 0.01, 0.01, 0.01]);

        Assert.That(EquivalenceTest.BySignFlips(sample, 0.01).P, Is.EqualTo(1));
    }

    [TestCase(0)]
    [TestCase(-0.01)]
    [TestCase(double.NaN)]
    public void A_margin_that_is_none_is_refused(double margin) =>
        Assert.That(() => EquivalenceTest.BySignFlips(Pairs("n6_mixed"), margin), Throws.TypeOf<ArgumentOutOfRangeException>());
}
