using System.Collections.Immutable;

namespace Orchestrator.Experiments.Reports.Findings;

/// <summary>All hyperparameters, those that all cells share told apart from those in which they differ.</summary>
/// <param name="Differing">Path, and per cell its value, or null where the cell does not have the path.</param>
internal sealed record ConfigurationTable(
    ImmutableArray<NamedValue> Common, ImmutableArray<(string Path, ImmutableArray<string?> Values)> Differing)
{
    public static ConfigurationTable Of(ImmutableArray<CellResult> cells)
    {
        var values = cells
            .Select(c => c.Configuration.DistinctBy(v => v.Name).ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal))
            .ToArray();
        var rows = cells
            .SelectMany(c => c.Configuration.Select(v => v.Name))
            .Distinct(StringComparer.Ordinal)
            .Select(path => (Path: path, Values: values.Select(v => v.GetValueOrDefault(path)).ToImmutableArray()))
            .ToArray();
        return new ConfigurationTable(
            [.. rows.Where(r => AreEqual(r.Values)).Select(r => new NamedValue(r.Path, r.Values[0]!))],
            [.. rows.Where(r => !AreEqual(r.Values))]);
    }

    private static bool AreEqual(ImmutableArray<string?> values) => values.All(v => v is not null && v == values[0]);
}
