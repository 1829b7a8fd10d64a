using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Sweeps.Validation;

/// <summary>A variant's name tells it apart in files, tables and charts.</summary>
internal sealed class VariantNamesDiffer : IRule
{
    private const int LengthMax = 80;

    public void Check(SweepDefinition sweep, ErrorSink errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (Variant variant in sweep.Variants)
        {
            if (!seen.Add(variant.Name))
                errors.Add(variant.Place, $"There are two variants `{Node.Shorten(variant.Name)}`; give each its own name.");
            if (!Fits(variant.Name))
                errors.Add(variant.Place, $"The name `{Node.Shorten(variant.Name)}` is no name; allowed: 1 to {LengthMax} signs, no brackets, no blanks at the ends.");
        }
    }

    /// <summary>Brackets are for the grid point, in a cell's name; a path stands where the name is missing.</summary>
    private static bool Fits(string name) =>
        name.StartsWith("$.", StringComparison.Ordinal)
        || (name.Length is > 0 and <= LengthMax
            && name == name.Trim()
            && !name.Any(letter => char.IsControl(letter) || letter is '[' or ']'));
}
