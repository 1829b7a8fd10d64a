namespace Orchestrator.Experiments.Statistics;

/// <summary>
/// Means of ratios (how many times as long, as large). Ratios are averaged as logarithms: twice as long and half as
/// long cancel out, and the mean of a/b is one over the mean of b/a.
/// </summary>
public static class GeometricMean
{
    /// <param name="ratios">All above zero.</param>
    /// <param name="confidence">Of the interval, which is Student's on the logarithms.</param>
    /// <returns>The geometric mean with its interval; null where there are no ratios.</returns>
    public static MeanInterval? Of(IReadOnlyCollection<double> ratios, double confidence = 0.95)
    {
        if (ratios.Any(ratio => !(ratio > 0)))
            throw new ArgumentException("A ratio must be above zero.", nameof(ratios));

        var logarithms = MeanInterval.Of([.. ratios.Select(ratio => Math.Log(ratio))], confidence);
        if (logarithms is null) return null;

        Interval? interval = logarithms.Interval is { } i ? new Interval(Math.Exp(i.Low), Math.Exp(i.High)) : null;
        return logarithms with
        {
            Mean = Math.Exp(logarithms.Mean),
            StandardDeviation = Math.Exp(logarithms.StandardDeviation),
            Interval = interval,
        };
    }
}
