using MathNet.Numerics.Distributions;

namespace Orchestrator.Experiments.Statistics;

/// <summary>A mean over seeds with Student's interval.</summary>
/// <param name="StandardDeviation">With n − 1 in the denominator; 0 for a single value.</param>
/// <param name="Interval">Null for a single value: one seed says nothing of the spread.</param>
public sealed record MeanInterval(int Count, double Mean, double StandardDeviation, Interval? Interval)
{
    /// <returns>Null where there are no values.</returns>
    public static MeanInterval? Of(IReadOnlyCollection<double> values, double confidence = 0.95)
    {
        if (values.Count == 0) return null;

        var mean = values.Average();
        var deviation = StandardDeviationOf(values, mean);
        return new MeanInterval(values.Count, mean, deviation, StudentInterval(mean, deviation, values.Count, confidence));
    }

    /// <summary>Half the width of the interval, or null.</summary>
    public double? HalfWidth => Interval?.Width / 2;

    internal static double StandardDeviationOf(IReadOnlyCollection<double> values, double mean) =>
        values.Count < 2 ? 0 : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));

    internal static Interval? StudentInterval(double mean, double deviation, int count, double confidence)
    {
        if (count < 2) return null;

        var half = StudentT.InvCDF(0, 1, count - 1, (1 + confidence) / 2) * deviation / Math.Sqrt(count);
        return new Interval(mean - half, mean + half);
    }
}
