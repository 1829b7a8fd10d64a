namespace Orchestrator.Bench;

/// <summary>Repeated measurements of one thing.</summary>
internal sealed class Measurements(IEnumerable<double> values)
{
    private readonly double[] _sorted = [.. values.Order()];

    public double Median => _sorted.Length % 2 == 1
        ? _sorted[_sorted.Length / 2]
        : (_sorted[(_sorted.Length / 2) - 1] + _sorted[_sorted.Length / 2]) / 2;

    public double Min => _sorted[0];

    public double Max => _sorted[^1];

    /// <summary>Median with smallest and largest, as a table shows it.</summary>
    public string Show(string format, double scale = 1) =>
        $"{(Median * scale).ToString(format)} ({(Min * scale).ToString(format)}–{(Max * scale).ToString(format)})";
}
