using CsCheck;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Tests.Collectives.Schedules;

internal sealed class ContributorSetTests
{
    private static readonly Gen<(int WorldSize, HashSet<int> One, HashSet<int> Other)> Sets =
        from worldSize in Gen.Int[1, 130]
        from one in Gen.Int[0, worldSize - 1].HashSet[1, worldSize]
        from other in Gen.Int[0, worldSize - 1].HashSet[1, worldSize]
        select (worldSize, one, other);

    [Test]
    public void A_union_has_what_either_has() => Sets.Sample((worldSize, one, other) =>
    {
        ContributorSet union = SetOf(one, worldSize).Union(SetOf(other, worldSize));

        Assert.That(union.Count, Is.EqualTo(one.Union(other).Count()));
        Assert.That(Enumerable.Range(0, worldSize).Where(union.Contains), Is.EquivalentTo(one.Union(other)));
    });

    [Test]
    public void Sets_overlap_where_they_have_a_rank_in_common() => Sets.Sample((worldSize, one, other) =>
        Assert.That(SetOf(one, worldSize).Overlaps(SetOf(other, worldSize)), Is.EqualTo(one.Overlaps(other))));

    [Test]
    public void Runs_of_ranks_that_go_around_are_sets_like_any_other() =>
        Gen.Select(Gen.Int[1, 70], Gen.Int[0, 69], Gen.Int[0, 69], Gen.Int[1, 70], Gen.Int[1, 70])
            .Sample((worldSize, start, startOther, count, countOther) =>
            {
                int[] one = Run(start, count);
                int[] other = Run(startOther, countOther);

                Assert.That(SetOf(one, worldSize).Overlaps(SetOf(other, worldSize)), Is.EqualTo(one.Intersect(other).Any()));
                Assert.That(SetOf(one, worldSize).Union(SetOf(other, worldSize)).Count, Is.EqualTo(one.Union(other).Count()));

                int[] Run(int first, int length) =>
                    [.. Enumerable.Range(first, Math.Min(length, worldSize)).Select(rank => rank % worldSize)];
            });

    private static ContributorSet SetOf(IEnumerable<int> ranks, int worldSize) =>
        ranks.Select(rank => ContributorSet.Only(rank, worldSize)).Aggregate((left, right) => left.Union(right));
}
