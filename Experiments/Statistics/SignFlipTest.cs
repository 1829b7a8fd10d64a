namespace Orchestrator.Experiments.Statistics;

/// <summary>What a sign-flip test found. <paramref name="Permutations"/> counts sign vectors looked at.</summary>
/// <param name="Less">p of "the mean difference is below zero".</param>
/// <param name="Greater">p of "the mean difference is above zero".</param>
/// <param name="TwoSided">Share of sign vectors whose |mean| is at least the observed one.</param>
/// <param name="IsExact">All 2ⁿ sign vectors were counted; otherwise seeded Monte Carlo.</param>
public sealed record SignFlipResult(double Less, double Greater, double TwoSided, long Permutations, bool IsExact);

/// <summary>
/// Fisher's paired permutation test: under the null hypothesis each difference is as likely to have the other sign.
/// It assumes no distribution. Up to <see cref="ExactCountMax"/> pairs all 2ⁿ sign vectors are enumerated, as sums
/// of the 2^(n/2) partial sums of two halves: each sum is formed anew, so that no rounding accumulates.
/// </summary>
public static class SignFlipTest
{
    /// <summary>2²⁰ sums take milliseconds; each further pair doubles that.</summary>
    public const int ExactCountMax = 20;

    /// <summary>The standard error of a p near 0.05 is then 0.0007.</summary>
    private const int MonteCarloCount = 99_999;

    /// <param name="sample">At least one pair.</param>
    /// <param name="seed">Of the Monte Carlo signs; unused while the test is exact.</param>
    public static SignFlipResult Run(PairedSample sample, ulong seed = 0)
    {
        if (sample.Count == 0)
            throw new ArgumentException("A test needs at least one pair.", nameof(sample));

        return sample.Count <= ExactCountMax ? Exact(sample) : MonteCarlo(sample, seed);
    }

    /// <summary>The smallest two-sided p that <paramref name="pairs"/> pairs can give: 2/2ⁿ.</summary>
    public static double SmallestTwoSidedP(int pairs) => Math.Min(1, Math.Pow(2, 1 - pairs));

    private static SignFlipResult Exact(PairedSample sample)
    {
        var differences = sample.Differences.AsSpan();
        var left = SignedSums(differences[..(differences.Length / 2)]);
        var right = SignedSums(differences[(differences.Length / 2)..]);
        var counter = new TailCounter(sample);
        foreach (var l in left)
        {
            foreach (var r in right)
                counter.Add(l + r);
        }
        return counter.Result(extra: 0, isExact: true);
    }

    private static SignFlipResult MonteCarlo(PairedSample sample, ulong seed)
    {
        var stream = new SplitMix64(seed);
        var counter = new TailCounter(sample);
        for (var draw = 0; draw < MonteCarloCount; draw++)
            counter.Add(RandomlySignedSum(sample, stream));

        // The observed signs are one of the possible draws: without them p could be 0.
        return counter.Result(extra: 1, isExact: false);
    }

    private static double RandomlySignedSum(PairedSample sample, SplitMix64 stream)
    {
        double sum = 0;
        ulong signs = 0;
        for (var i = 0; i < sample.Count; i++)
        {
            signs = i % 64 == 0 ? stream.Next() : signs >> 1;
            sum += (signs & 1) == 0 ? sample.Differences[i] : -sample.Differences[i];
        }
        return sum;
    }

    /// <summary>Σ ±dᵢ for all 2ⁿ choices of signs.</summary>
    private static double[] SignedSums(ReadOnlySpan<double> differences)
    {
        double[] sums = [0];
        foreach (var difference in differences)
            sums = [.. sums.Select(sum => sum + difference), .. sums.Select(sum => sum - difference)];
        return sums;
    }

    /// <summary>Counts the sums that are at least as extreme as the observed one; ties count on both sides.</summary>
    private sealed class TailCounter(PairedSample sample)
    {
        private readonly double _observed = sample.Differences.Sum();
        private readonly double _resolution = sample.Resolution;
        private long _less;
        private long _greater;
        private long _extreme;
        private long _total;

        public void Add(double sum)
        {
            _total++;
            if (sum <= _observed + _resolution) _less++;
            if (sum >= _observed - _resolution) _greater++;
            if (Math.Abs(sum) >= Math.Abs(_observed) - _resolution) _extreme++;
        }

        public SignFlipResult Result(int extra, bool isExact) =>
            new(Share(_less, extra), Share(_greater, extra), Share(_extreme, extra), _total, isExact);

        private double Share(long count, int extra) => (double)(count + extra) / (_total + extra);
    }
}
