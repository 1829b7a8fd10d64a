using System.Collections.Immutable;

namespace Orchestrator.Experiments.Reports.Charts;

/// <summary>Maps values to pixels, linearly or by logarithm.</summary>
internal sealed class Scale
{
    private readonly double _low;
    private readonly double _high;
    private readonly double _from;
    private readonly double _to;

    private Scale(double low, double high, double from, double to, bool isLogarithmic)
    {
        (_low, _high, _from, _to, IsLogarithmic) = (low, high, from, to, isLogarithmic);
    }

    public bool IsLogarithmic { get; }

    public double From => _from;

    public double To => _to;

    /// <summary>Covers the values with a margin of 4 %; an empty or constant range is widened.</summary>
    public static Scale Linear(IEnumerable<double> values, double from, double to)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        var (low, high) = finite.Length == 0 ? (0, 1) : (finite.Min(), finite.Max());
        var margin = high > low ? 0.04 * (high - low) : Math.Max(0.05 * Math.Abs(high), 1e-3);
        return new Scale(low - margin, high + margin, from, to, isLogarithmic: false);
    }

    /// <summary>From the first value to the last, without a margin.</summary>
    public static Scale Tight(IEnumerable<double> values, double from, double to)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        var (low, high) = finite.Length == 0 ? (0, 1) : (finite.Min(), finite.Max());
        return high > low
            ? new Scale(low, high, from, to, isLogarithmic: false)
            : new Scale(low - 1, high + 1, from, to, isLogarithmic: false);
    }

    /// <summary>All values above zero; covers them with a margin of a tenth of the range.</summary>
    public static Scale Logarithmic(IEnumerable<double> values, double from, double to)
    {
        double[] logarithms = [.. values.Where(v => v > 0 && double.IsFinite(v)).Select(v => Math.Log10(v))];
        var (low, high) = logarithms.Length == 0 ? (0, 1) : (logarithms.Min(), logarithms.Max());
        var margin = Math.Max(0.1 * (high - low), 0.05);
        return new Scale(low - margin, high + margin, from, to, isLogarithmic: true);
    }

    public double At(double value)
    {
        var position = IsLogarithmic ? Math.Log10(value) : value;
        return _from + (position - _low) / (_high - _low) * (_to - _from);
    }

    /// <summary>Round values inside the range, about <paramref name="count"/> of them.</summary>
    public ImmutableArray<double> Ticks(int count) => IsLogarithmic ? LogarithmicTicks(count) : LinearTicks(count);

    private ImmutableArray<double> LinearTicks(int count)
    {
        var rough = (_high - _low) / count;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough / power) switch { <= 1.5 => 1, <= 3.5 => 2, <= 7.5 => 5, _ => 10 };
        var ticks = ImmutableArray.CreateBuilder<double>();
        for (var i = (long)Math.Ceiling(_low / step - 1e-9); i * step <= _high + step * 1e-9; i++) ticks.Add(i * step);
        return ticks.ToImmutable();
    }

    /// <summary>Powers of ten with 2 and 5 between them while there is room; a range within one step is cut linearly.</summary>
    private ImmutableArray<double> LogarithmicTicks(int count)
    {
        double[][] patterns = [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]];
        var candidates = patterns.Select(pattern =>
            Powers().SelectMany(power => pattern.Select(m => m * power)).Where(Covers).ToImmutableArray());
        var fitting = candidates.FirstOrDefault(ticks => ticks.Length <= count + 1, []);
        if (fitting.Length >= 2) return fitting;

        var (low, high) = (Math.Pow(10, _low), Math.Pow(10, _high));
        return [.. new Scale(low, high, _from, _to, isLogarithmic: false).LinearTicks(count).Where(Covers)];
    }

    private IEnumerable<double> Powers() =>
        Enumerable.Range((int)Math.Floor(_low), (int)(Math.Ceiling(_high) - Math.Floor(_low)) + 1).Select(e => Math.Pow(10, e));

    private bool Covers(double value) => value > 0 && Math.Log10(value) >= _low && Math.Log10(value) <= _high;
}
