using System.Collections.Immutable;

namespace Orchestrator.Experiments.Reports.Findings;

/// <summary>Pareto's frontier of quality against nonzeros: the cells that no other beats in both.</summary>
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
                .Where(p => !points.Any(q => q.Nonzeros <= p.Nonzeros && q.Cost <= p.Cost
                    && (q.Nonzeros < p.Nonzeros || q.Cost < p.Cost)))
                .OrderBy(p => p.Nonzeros)
                .Select(p => p.Name),
        ];
    }
}
