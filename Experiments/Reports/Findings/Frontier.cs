using System.Collections.Immutable;

namespace Orchestrator.Experiments.Reports.Findings;

/// <summary>
/// Pareto's frontier of quality against nonzeros: the cells that no other beats in both. Cells whose sizes differ by
/// less than <see cref="Limits.SizeTolerance"/> count as equally large: a hundred weights fewer are no achievement.
/// </summary>
internal static class Frontier
{
    /// <summary>Names of the cells on the frontier, by nonzeros, smallest first.</summary>
    public static ImmutableArray<string> Of(ReportInput input, ImmutableArray<CellSummary> cells)
    {
        var sign = input.Objective.Direction == MetricDirection.Minimize ? 1 : -1;
        (string Name, double Nonzeros, double Cost)[] points =
        [
            .. cells.Where(c => c is { Objective: not null, Nonzeros: > 0 })
                .Select(c => (c.Name, c.Nonzeros!.Value, sign * c.Objective!.Mean)),
        ];
        return
        [
            .. points
                .Where(p => !points.Any(q => q.Cost < p.Cost && !IsSmaller(p.Nonzeros, q.Nonzeros)))
                .Where(p => !points.Any(q => q.Cost == p.Cost && IsSmaller(q.Nonzeros, p.Nonzeros)))
                .OrderBy(p => p.Nonzeros)
                .Select(p => p.Name),
        ];
    }

    private static bool IsSmaller(double nonzeros, double others) => nonzeros * (1 + Limits.SizeTolerance) < others;
}
