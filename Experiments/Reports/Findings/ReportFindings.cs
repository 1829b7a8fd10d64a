using System.Collections.Immutable;

namespace Orchestrator.Experiments.Reports.Findings;

/// <summary>Everything that is computed from the input; each format only words it.</summary>
internal sealed record ReportFindings(
    ReportInput Input,
    ImmutableArray<CellSummary> Cells,
    ImmutableArray<Comparison> Comparisons,
    ImmutableArray<string> Frontier,
    ImmutableArray<Limit> Limits)
{
    /// <exception cref="ArgumentException">The input contradicts itself: an unknown control, two cells of one name.</exception>
    public static ReportFindings Of(ReportInput input)
    {
        Check(input);
        ImmutableArray<CellSummary> cells = [.. input.Cells.Select(cell => CellSummary.Of(cell, input))];
        var comparisons = Findings.Comparisons.Of(input, cells);
        return new ReportFindings(
            input, cells, comparisons, Findings.Frontier.Of(input, cells), Findings.Limits.Of(input, cells, comparisons));
    }

    public CellSummary Cell(string name) => Cells.First(c => c.Name == name);

    private static void Check(ReportInput input)
    {
        if (input.Confidence is not (>= 0.5 and <= 0.999))
            throw new ArgumentException($"A confidence of {input.Confidence} is not between 0.5 and 0.999.", nameof(input));
        if (input.EquivalenceMargin is { } margin && !(margin > 0 && double.IsFinite(margin)))
            throw new ArgumentException($"A margin of {margin} is not a finite number above zero.", nameof(input));

        var names = input.Cells.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        if (names.Count < input.Cells.Length)
            throw new ArgumentException("Two cells have the same name.", nameof(input));
        foreach (var cell in input.Cells) Check(cell, names);
    }

    private static void Check(CellResult cell, HashSet<string> names)
    {
        if (cell.Control is not null && (cell.Control == cell.Name || !names.Contains(cell.Control)))
            throw new ArgumentException($"`{cell.Name}` cannot be compared with `{cell.Control}`.", nameof(cell));
        if (cell.MatchesNonzerosOf is { } other && !names.Contains(other))
            throw new ArgumentException($"`{cell.Name}` matches `{other}`, which is not in the report.", nameof(cell));
        if (cell.Trials.GroupBy(t => t.Seed).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"`{cell.Name}` has two trials of seed {twice.Key}.", nameof(cell));
    }
}
