using System.Collections.Immutable;

namespace Orchestrator.Experiments.Statistics;

/// <summary>
/// Pairs of measurements, one pair per seed, and their differences b − a.
/// </summary>
public sealed class PairedSample
{
    /// <summary>The gap between 1 and the next double.</summary>
    private const double UnitRounding = 2.220446049250313e-16;

    private PairedSample(ImmutableArray<long> seeds, ImmutableArray<double> a, ImmutableArray<double> b)
    {
        Seeds = seeds;
        A = a;
        B = b;
        Resolution = ResolutionOf(a, b);
        Differences = [.. a.Zip(b, (x, y) => Math.Abs(y - x) <= Resolution ? 0 : y - x)];
        Mean = Differences.IsEmpty ? 0 : Differences.Average();
    }

    public ImmutableArray<long> Seeds { get; }

    public ImmutableArray<double> A { get; }

    public ImmutableArray<double> B { get; }

    /// <summary>b − a per pair; exactly 0 where the two differ by rounding alone.</summary>
    public ImmutableArray<double> Differences { get; }

    /// <summary>
    /// Sums of differences closer than this are the same number. Measurements such as 1.8 have no exact double, so
    /// that sums which tie on paper differ in their last bits; a permutation test that compares them with ≥ alone
    /// would miscount. Eight roundings a pair at the largest magnitude: about 1e-14 for values near 1.
    /// </summary>
    public double Resolution { get; }

    public int Count => Differences.Length;

    public double Mean { get; }

    /// <summary>Whether the differences do not vary, so that no scale can be estimated from them.</summary>
    public bool IsConstant => Count == 0 || Differences.Max() - Differences.Min() <= Resolution;

    /// <summary>Pairs <paramref name="a"/>[i] with <paramref name="b"/>[i]; the seeds are 0, 1, ….</summary>
    /// <exception cref="ArgumentException">The lengths differ, or a value is not finite.</exception>
    public static PairedSample Of(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        if (a.Count != b.Count)
            throw new ArgumentException($"A pair has two values: {a.Count} against {b.Count} were given.", nameof(b));
        if (!a.All(double.IsFinite) || !b.All(double.IsFinite))
            throw new ArgumentException("A paired value is not finite.", nameof(a));

        return new PairedSample([.. Enumerable.Range(0, a.Count).Select(i => (long)i)], [.. a], [.. b]);
    }

    /// <summary>Pairs what both sides have at one seed, in the order of seeds; the rest is left out.</summary>
    public static PairedSample OfEqualSeeds(
        IReadOnlyDictionary<long, double> a, IReadOnlyDictionary<long, double> b)
    {
        long[] seeds = [.. a.Keys.Where(b.ContainsKey).Order()];
        var sample = Of([.. seeds.Select(seed => a[seed])], [.. seeds.Select(seed => b[seed])]);
        return new PairedSample([.. seeds], sample.A, sample.B);
    }

    /// <summary>The sample whose b lies lower by <paramref name="shift"/>: a null hypothesis moved to zero.</summary>
    internal PairedSample Shifted(double shift) => new(Seeds, A, [.. B.Select(value => value - shift)]);

    private static double ResolutionOf(ImmutableArray<double> a, ImmutableArray<double> b)
    {
        var largest = a.Concat(b).Select(Math.Abs).DefaultIfEmpty(0).Max();
        return 8 * a.Length * largest * UnitRounding;
    }
}
