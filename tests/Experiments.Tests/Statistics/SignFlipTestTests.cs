using CsCheck;
using Orchestrator.Experiments.Statistics;
using static Orchestrator.Experiments.Tests.Statistics.ReferenceValues;

namespace Orchestrator.Experiments.Tests.Statistics;

internal sealed class SignFlipTestTests
{
    private static readonly Gen<double[]> Differences = Gen.Int[-50, 50].Select(k => k / 1000.0).Array[1, 11];

    [TestCaseSource(typeof(ReferenceValues), nameof(Samples))]
    public void Exact_p_equal_the_reference_with_its_ties(string name)
    {
        var result = SignFlipTest.Run(Pairs(name));

        var expected = Sample(name)["permutation"]!;
        Assert.That(result.IsExact);
        Assert.That(result.Permutations, Is.EqualTo((long)expected["permutations"]!));
        Assert.That(result.Less, Is.EqualTo(Number(expected, "p.less")).Within(ExactTolerance));
        Assert.That(result.Greater, Is.EqualTo(Number(expected, "p.greater")).Within(ExactTolerance));
        Assert.That(result.TwoSided, Is.EqualTo(Number(expected, "p.two_sided_abs")).Within(ExactTolerance));
    }

    [Test]
    public void Sums_that_tie_on_paper_tie_although_their_doubles_differ()
    {
        // 0.3 − 0.1 − 0.2 is 0 on paper and −2.8e-17 in doubles.
        var sample = PairedSample.Of([0, 0, 0], [0.1, 0.2, -0.3]);

        Assert.That(SignFlipTest.Run(sample).TwoSided, Is.EqualTo(1));
    }

    [Test]
    public void P_are_those_of_whole_numbers_counted_one_by_one() => Differences.Sample(differences =>
    {
        var sample = PairedSample.Of([.. differences.Select(_ => 1.8)], [.. differences.Select(d => 1.8 + d)]);

        var result = SignFlipTest.Run(sample);

        var (less, greater, extreme) = CountInIntegers([.. differences.Select(d => (int)Math.Round(d * 1000))]);
        Assert.That((result.Less, result.Greater, result.TwoSided), Is.EqualTo((less, greater, extreme)));
    });

    [Test]
    public void Swapping_the_sides_swaps_the_tails() => Differences.Sample(differences =>
    {
        var zeros = new double[differences.Length];

        var forward = SignFlipTest.Run(PairedSample.Of(zeros, differences));
        var backward = SignFlipTest.Run(PairedSample.Of(differences, zeros));

        Assert.That((backward.Less, backward.Greater), Is.EqualTo((forward.Greater, forward.Less)));
        Assert.That(backward.TwoSided, Is.EqualTo(forward.TwoSided));
    });

    [Test]
    public void More_pairs_than_can_be_enumerated_are_sampled_repeatably_and_close_to_the_normal_limit()
    {
        double[] differences = [.. Enumerable.Range(0, 40).Select(i => 0.01 * Math.Sin(i * 2.4) + 0.002)];
        var sample = PairedSample.Of(new double[40], differences);

        var first = SignFlipTest.Run(sample, seed: 1);

        Assert.That(first.IsExact, Is.False);
        Assert.That(SignFlipTest.Run(sample, seed: 1), Is.EqualTo(first));
        var z = differences.Sum() / Math.Sqrt(differences.Sum(d => d * d));
        var normal = 2 * MathNet.Numerics.Distributions.Normal.CDF(0, 1, -Math.Abs(z));
        Assert.That(first.TwoSided, Is.EqualTo(normal).Within(0.01));
    }

    [TestCase(5, 0.0625)]
    [TestCase(6, 0.03125)]
    public void The_smallest_p_is_reached_when_all_differences_have_one_sign(int pairs, double expected)
    {
        var sample = PairedSample.Of(new double[pairs], [.. Enumerable.Range(1, pairs).Select(i => (double)i)]);

        Assert.That(SignFlipTest.SmallestTwoSidedP(pairs), Is.EqualTo(expected));
        Assert.That(SignFlipTest.Run(sample).TwoSided, Is.EqualTo(expected));
    }

    [Test]
    public void No_pairs_are_refused() =>
        Assert.That(() => SignFlipTest.Run(PairedSample.Of([], [])), Throws.ArgumentException);

    private static (double Less, double Greater, double Extreme) CountInIntegers(int[] differences)
    {
        var observed = differences.Sum();
        int[] sums = [.. Enumerable.Range(0, 1 << differences.Length)
            .Select(signs => differences.Select((d, i) => (signs >> i & 1) == 0 ? d : -d).Sum())];
        double Share(Func<int, bool> isCounted) => (double)sums.Count(isCounted) / sums.Length;
        return (Share(s => s <= observed), Share(s => s >= observed), Share(s => Math.Abs(s) >= Math.Abs(observed)));
    }
}
