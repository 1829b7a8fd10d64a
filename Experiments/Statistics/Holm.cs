using System.Collections.Immutable;

namespace Orchestrator.Experiments.Statistics;

/// <summary>
/// Holm's step-down correction (1979): keeps the chance of any false claim in a family of tests below the level,
/// whatever their dependence, and is never weaker than Bonferroni's.
/// </summary>
public static class Holm
{
    /// <summary>Adjusted p in the order given: compare each with the level of the whole family.</summary>
    public static ImmutableArray<double> Adjust(IReadOnlyList<double> p)
    {
        if (p.Any(value => value is not (>= 0 and <= 1)))
            throw new ArgumentException("A p lies between 0 and 1.", nameof(p));

        var adjusted = new double[p.Count];
        double largest = 0;
        var left = p.Count;
        foreach (var i in Enumerable.Range(0, p.Count).OrderBy(i => p[i]))
        {
            largest = Math.Max(largest, Math.Min(1, left * p[i]));
            adjusted[i] = largest;
            left--;
        }
        return [.. adjusted];
    }
}
