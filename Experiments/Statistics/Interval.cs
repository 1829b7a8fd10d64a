namespace Orchestrator.Experiments.Statistics;

/// <summary>A closed interval, in the unit of the quantity that it bounds.</summary>
public readonly record struct Interval(double Low, double High)
{
    public double Width => High - Low;

    public bool Contains(double value) => Low <= value && value <= High;
}
