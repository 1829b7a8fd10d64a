using Orchestrator.Experiments.Statistics;
using static Orchestrator.Experiments.Tests.Statistics.ReferenceValues;

namespace Orchestrator.Experiments.Tests.Statistics;

internal sealed class WilcoxonSignedRankTests
{
    [Test]
    public void Rank_sums_and_exact_p_equal_the_reference(
        [ValueSource(typeof(ReferenceValues), nameof(VaryingSamples))] string name, [Values] ZeroDifferences zeros)
    {
        var result = WilcoxonSignedRank.Run(Pairs(name), zeros)!;

        var expected = Sample(name)["wilcoxon"]![zeros == ZeroDifferences.Ranked ? "pratt" : "wilcox"]!;
        Assert.That(result.Count, Is.EqualTo((int)expected["n"]!));
        Assert.That(result.PositiveRanks, Is.EqualTo(Number(expected, "w_plus")));
        Assert.That(result.NegativeRanks, Is.EqualTo(Number(expected, "w_minus")));
        Assert.That(result.Less, Is.EqualTo(Number(expected, "exact_enumerated.less")).Within(ExactTolerance));
        Assert.That(result.Greater, Is.EqualTo(Number(expected, "exact_enumerated.greater")).Within(ExactTolerance));
        Assert.That(result.TwoSided, Is.EqualTo(Number(expected, "exact_enumerated.two_sided")).Within(ExactTolerance));
    }

    [Test]
    public void Pairs_without_any_difference_have_no_test([Values] ZeroDifferences zeros) =>
        Assert.That(WilcoxonSignedRank.Run(Pairs("n7_identical"), zeros), Is.Null);
}
