namespace Orchestrator.Experiments.Statistics;

/// <summary>What becomes of pairs without a difference.</summary>
public enum ZeroDifferences
{
    /// <summary>Wilcoxon 1945: left out before ranking.</summary>
    LeftOut,

    /// <summary>Pratt 1959: ranked, then left out of the sums.</summary>
    Ranked,
}

/// <summary>Rank sums of the positive and negative differences, and their exact p.</summary>
public sealed record WilcoxonResult(
    int Count, double PositiveRanks, double NegativeRanks, double Less, double Greater, double TwoSided);

/// <summary>
/// Wilcoxon's signed-rank test, exact with ties and zeros: the distribution of the rank sum over all sign vectors is
/// built by convolution over doubled ranks, which are whole numbers (ties share the mean of their ranks).
/// </summary>
public static class WilcoxonSignedRank
{
    /// <returns>Null where every difference is zero.</returns>
    public static WilcoxonResult? Run(PairedSample sample, ZeroDifferences zeros = ZeroDifferences.LeftOut)
    {
        double[] ranked = zeros == ZeroDifferences.Ranked
            ? [.. sample.Differences]
            : [.. sample.Differences.Where(d => d != 0)];
        var doubledRanks = DoubledRanks(ranked, sample.Resolution);
        int[] kept = [.. doubledRanks.Where((_, i) => ranked[i] != 0)];
        if (kept.Length == 0) return null;

        var positive = doubledRanks.Where((_, i) => ranked[i] > 0).Sum();
        var negative = kept.Sum() - positive;
        var shares = Distribution(kept);
        var less = Math.Min(1, shares.Take(positive + 1).Sum());
        var greater = Math.Min(1, shares.Skip(positive).Sum());
        return new WilcoxonResult(
            kept.Length, positive / 2.0, negative / 2.0, less, greater, Math.Min(1, 2 * Math.Min(less, greater)));
    }

    /// <summary>Twice the mid-rank of each |value|, 1 being the smallest.</summary>
    private static int[] DoubledRanks(double[] values, double resolution)
    {
        int[] order = [.. Enumerable.Range(0, values.Length).OrderBy(i => Math.Abs(values[i]))];
        var ranks = new int[values.Length];
        for (var first = 0; first < order.Length;)
        {
            var last = first;
            while (last + 1 < order.Length && IsTie(values[order[last]], values[order[last + 1]], resolution)) last++;
            for (var i = first; i <= last; i++) ranks[order[i]] = first + 1 + last + 1;
            first = last + 1;
        }
        return ranks;
    }

    private static bool IsTie(double x, double y, double resolution) =>
        Math.Abs(Math.Abs(x) - Math.Abs(y)) <= resolution;

    /// <summary>Share of sign vectors by doubled rank sum: index = sum of the ranks that are positive.</summary>
    private static double[] Distribution(int[] doubledRanks)
    {
        var shares = new double[doubledRanks.Sum() + 1];
        shares[0] = 1;
        foreach (var rank in doubledRanks)
        {
            for (var sum = shares.Length - 1; sum >= 0; sum--)
                shares[sum] = 0.5 * (shares[sum] + (sum >= rank ? shares[sum - rank] : 0));
        }
        return shares;
    }
}
