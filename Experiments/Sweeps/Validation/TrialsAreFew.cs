namespace Orchestrator.Experiments.Sweeps.Validation;

/// <summary>More trials than this are a slip, not a sweep.</summary>
internal sealed class TrialsAreFew : IRule
{
    public const int CountMax = 100_000;

    public void Check(SweepDefinition sweep, ErrorSink errors)
    {
        long count = sweep.Cells.Sum(cell => (long)cell.Variant.Seeds.Length);
        if (count > CountMax)
            errors.AddWhole($"The sweep has {count} trials; allowed: {CountMax}. Lower `seeds` or thin the grid.");
    }
}
