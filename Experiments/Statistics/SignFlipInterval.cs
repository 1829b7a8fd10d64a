namespace Orchestrator.Experiments.Statistics;

/// <summary>
/// The confidence interval that belongs to the exact sign-flip test: all shifts that the test would not reject.
/// By Hartigan (JASA 1969) the 2ⁿ − 1 means of the non-empty subsets of the differences cut the line into 2ⁿ parts
/// that hold the true centre with equal probability; with k = ⌊2ⁿ·(1 − confidence)/2⌋ the k-th smallest and the k-th
/// largest of them bound it with at least the confidence asked for. It excludes zero exactly where the two-sided test
/// rejects zero.
/// </summary>
public static class SignFlipInterval
{
    /// <returns>Null where the pairs are too few (fewer than 6 at 95 %) or more than can be enumerated.</returns>
    public static Interval? Of(PairedSample sample, double confidence = 0.95)
    {
        if (sample.Count is 0 or > SignFlipTest.ExactCountMax) return null;

        var rank = (int)Math.Floor(Math.Pow(2, sample.Count) * (1 - confidence) / 2 + 1e-9);
        if (rank < 1) return null;

        var means = SubsetMeans(sample);
        Array.Sort(means);
        return new Interval(means[rank - 1], means[^rank]);
    }

    private static double[] SubsetMeans(PairedSample sample)
    {
        (double Sum, int Count)[] subsets = [(0, 0)];
        foreach (var difference in sample.Differences)
            subsets = [.. subsets, .. subsets.Select(s => (s.Sum + difference, s.Count + 1))];
        return [.. subsets.Skip(1).Select(s => s.Sum / s.Count)];
    }
}
