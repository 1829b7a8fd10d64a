using MathNet.Numerics.Distributions;

namespace Orchestrator.Experiments.Statistics;

/// <summary>Student's paired test; the interval bounds the mean difference.</summary>
public sealed record PairedTResult(
    double T, int DegreesOfFreedom, double Less, double Greater, double TwoSided, Interval Interval);

/// <summary>Student's t on the differences: assumes that they are about normal.</summary>
public static class PairedT
{
    /// <returns>Null where it is undefined: fewer than two pairs, or differences that do not vary.</returns>
    public static PairedTResult? Run(PairedSample sample, double confidence = 0.95)
    {
        if (sample.Count < 2 || sample.IsConstant) return null;

        var deviation = MeanInterval.StandardDeviationOf(sample.Differences, sample.Mean);
        var degrees = sample.Count - 1;
        var t = sample.Mean / (deviation / Math.Sqrt(sample.Count));
        return new PairedTResult(
            t,
            degrees,
            Less: StudentT.CDF(0, 1, degrees, t),
            Greater: StudentT.CDF(0, 1, degrees, -t),
            TwoSided: 2 * StudentT.CDF(0, 1, degrees, -Math.Abs(t)),
            MeanInterval.StudentInterval(sample.Mean, deviation, sample.Count, confidence)!.Value);
    }
}
