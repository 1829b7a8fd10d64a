using Orchestrator.Experiments.Reports.Findings;
using Orchestrator.Experiments.Statistics;

namespace Orchestrator.Experiments.Reports.Wording;

/// <summary>How the values of one metric are written: unit, and as many decimals as the intervals bear.</summary>
internal sealed record MetricFormat(MetricDescription Metric, int Decimals)
{
    private const int DecimalsMax = 5;

    private double Scale => Metric.Unit == MetricUnit.Fraction ? 100 : 1;

    private string Unit => Metric.Unit == MetricUnit.Fraction ? "\u00a0%" : "";

    /// <summary>Two digits of the median half-width of the intervals, at least one decimal.</summary>
    public static MetricFormat Of(MetricDescription metric, IEnumerable<double?> halfWidths)
    {
        var scale = metric.Unit == MetricUnit.Fraction ? 100 : 1;
        double[] widths = [.. halfWidths.OfType<double>().Where(w => w > 0).Select(w => w * scale).Order()];
        var fallback = metric.Unit == MetricUnit.Fraction ? 1 : 3;
        var decimals = widths.Length == 0 ? fallback : 1 - (int)Math.Floor(Math.Log10(widths[widths.Length / 2]));
        return new MetricFormat(metric, Math.Clamp(decimals, 1, DecimalsMax));
    }

    public static MetricFormat OfObjective(ReportFindings findings) =>
        Of(findings.Input.Objective, findings.Cells.Select(c => c.Objective?.HalfWidth));

    public static MetricFormat OfOther(ReportFindings findings, int index) =>
        Of(findings.Input.OtherMetrics[index], findings.Cells.Select(c => c.Others[index]?.HalfWidth));

    public string Value(double? value) => value is { } v ? Numbers.Fixed(v * Scale, Decimals) + Unit : Numbers.None;

    public string Range(Interval? interval) => interval is { } i
        ? $"[{Numbers.Fixed(i.Low * Scale, Decimals)}, {Numbers.Fixed(i.High * Scale, Decimals)}]"
        : Numbers.None;

    public string Difference(double difference) => Numbers.Signed(difference * Scale, Decimals);

    public string DifferenceRange(Interval? interval) => interval is { } i
        ? $"[{Difference(i.Low)}, {Difference(i.High)}]"
        : "(no interval)";

    /// <summary>`0.22 points`, `0.004 bits per character`; a margin is as precise as its author made it.</summary>
    public string Amount(double amount)
    {
        var value = Math.Round(amount * Scale, 10).ToString("0.######");
        return $"{value}\u00a0{UnitOfDifferences(value == "1")}".TrimEnd('\u00a0');
    }

    public string UnitOfDifferences(bool isOne = false) =>
        Metric.Unit == MetricUnit.Fraction ? isOne ? "point" : "points" : Metric.UnitName ?? "";

    /// <summary>For axes: the label with its unit.</summary>
    public string AxisLabel => Metric.Unit == MetricUnit.Fraction ? $"{Metric.Label} (%)"
        : Metric.UnitName is { } unit && unit != Metric.Label ? $"{Metric.Label} ({unit})" : Metric.Label;

    /// <summary>For ticks: a short number in the shown unit.</summary>
    public string Tick(double value) =>
        Math.Round(value * Scale, 8).ToString("0.#####").Replace('-', '−');
}
