using CsCheck;
using Orchestrator.Experiments.Statistics;

namespace Orchestrator.Experiments.Tests.Statistics;

internal sealed class SignFlipIntervalTests
{
    private static readonly Gen<double[]> Differences = Gen.Int[-500, 500].Select(k => k / 1000.0).Array[6, 11];

    [Test]
    public void It_excludes_zero_exactly_where_the_two_sided_test_rejects() => Differences.Sample(differences =>
    {
        var sample = PairedSample.Of(new double[differences.Length], differences);

        var interval = SignFlipInterval.Of(sample)!.Value;

        // The test counts ties for the hypothesis; so does a limit that lies on zero.
        Assert.That(!interval.Contains(0), Is.EqualTo(SignFlipTest.Run(sample).TwoSided <= 0.05));
    });

    [Test]
    public void Six_pairs_are_bounded_by_the_smallest_and_the_largest_difference()
    {
        var sample = PairedSample.Of(new double[6], [3, 1, 4, 1.5, 9, 2.5]);

        Assert.That(SignFlipInterval.Of(sample), Is.EqualTo(new Interval(1, 9)));
    }

    [TestCase(0)]
    [TestCase(5)]
    public void Too_few_pairs_have_no_interval(int pairs) =>
        Assert.That(SignFlipInterval.Of(PairedSample.Of(new double[pairs], new double[pairs])), Is.Null);
}
