using CsCheck;
using Orchestrator.Experiments.Planning;

namespace Orchestrator.Experiments.Tests.Planning;

internal sealed class NonzeroSolverTests
{
    /// <summary>Parameters of a small GRU by its size.</summary>
    private static long CountOfSize(int size) => (3L * size * (size + 20 + 2)) + (11L * (size + 1));

    [Test]
    public void No_size_is_nearer_than_the_one_that_is_found() =>
        Gen.Long[CountOfSize(1), CountOfSize(300)].Sample(target =>
        {
            long best = Enumerable.Range(1, 300).Min(size => Math.Abs(CountOfSize(size) - target));
            return Math.Abs(CountOfSize(NonzeroSolver.NearestSize(300, CountOfSize, target)!.Value) - target) == best;
        });

    [Test]
    public void A_size_out_of_reach_is_not_invented()
    {
        Assert.That(NonzeroSolver.NearestSize(300, CountOfSize, CountOfSize(1) - 1), Is.Null);
        Assert.That(NonzeroSolver.NearestSize(300, CountOfSize, CountOfSize(300) + 1), Is.Null);
        Assert.That(NonzeroSolver.NearestSize(300, CountOfSize, CountOfSize(1)), Is.EqualTo(1));
        Assert.That(NonzeroSolver.NearestSize(300, CountOfSize, CountOfSize(300)), Is.EqualTo(300));
    }

    [Test]
    public void One_block_is_matched_to_the_last_weight() =>
        Gen.Select(Gen.Int[1, 5_000], Gen.Double[0, 1]).Sample(drawn =>
        {
            (int weights, double share) = drawn;
            long Count(double sparsity) => weights - (long)Math.Round(sparsity * weights, MidpointRounding.AwayFromZero);
            long target = Count(0.9999) + (long)(share * (weights - Count(0.9999)));
            return Count(NonzeroSolver.NearestSparsity(0.9999, Count, target)!.Value) == target;
        });

    [Test]
    public void A_sparsity_is_written_in_as_few_digits_as_it_needs()
    {
        static long Count(double sparsity) => 1_000 - (long)Math.Round(sparsity * 1_000, MidpointRounding.AwayFromZero);

        Assert.That(NonzeroSolver.NearestSparsity(0.9999, Count, 100), Is.EqualTo(0.9));
        Assert.That(NonzeroSolver.NearestSparsity(0.9999, Count, 123), Is.EqualTo(0.877));
        Assert.That(NonzeroSolver.NearestSparsity(0.9999, Count, 1_000), Is.Zero);
    }

    [Test]
    public void A_sparsity_out_of_reach_is_not_invented()
    {
        static long Count(double sparsity) => 1_000 - (long)(sparsity * 900);

        Assert.That(NonzeroSolver.NearestSparsity(0.5, Count, 1_001), Is.Null);
        Assert.That(NonzeroSolver.NearestSparsity(0.5, Count, 549), Is.Null);
    }
}
