using CsCheck;
using Orchestrator.Experiments.Sweeps;

namespace Orchestrator.Experiments.Tests.Sweeps;

internal sealed class NearestNameTests
{
    [TestCase("", "", 0)]
    [TestCase("epoch", "epochs", 1)]
    [TestCase("epcohs", "epochs", 1)]
    [TestCase("kitten", "sitting", 3)]
    [TestCase("ca", "abc", 3)]
    public void The_distance_counts_slips(string one, string other, int slips) =>
        Assert.That(NearestName.Distance(one, other), Is.EqualTo(slips));

    [Test]
    public void The_distance_is_the_same_both_ways() =>
        Gen.Select(Gen.String[Gen.Char["abc"], 0, 8], Gen.String[Gen.Char["abc"], 0, 8])
            .Sample((one, other) => NearestName.Distance(one, other) == NearestName.Distance(other, one));

    [Test]
    public void The_distance_is_zero_for_equal_names_only() =>
        Gen.Select(Gen.String[Gen.Char["abc"], 0, 5], Gen.String[Gen.Char["abc"], 0, 5])
            .Sample((one, other) => NearestName.Distance(one, other) == 0 == (one == other));

    [TestCase("hiddensize", "hiddenSize")]
    [TestCase("learnRate", "learningRate")]
    [TestCase("widgets", null)]
    [TestCase("x", null)]
    [TestCase("", null)]
    public void The_nearest_name_is_one_that_may_have_been_meant(string written, string? meant) =>
        Assert.That(NearestName.Of(written, ["layers", "hiddenSize", "learningRate"]), Is.EqualTo(meant));
}
