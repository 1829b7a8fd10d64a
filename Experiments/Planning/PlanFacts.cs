using System.Collections.Immutable;

namespace Orchestrator.Experiments.Planning;

/// <summary>What there is to know about a plan before it runs.</summary>
public sealed record PlanFacts
{
    public required ImmutableArray<CellFacts> Cells { get; init; }

    public required int Trials { get; init; }

    /// <summary>Largest number of ranks of a trial.</summary>
    public required int LargestGang { get; init; }

    /// <summary>Time that the whole takes on so many slots, if they are always busy: the trials' time, divided; at least that of the longest chain of trials that wait for each other.</summary>
    public required TimeRange Estimate { get; init; }

    /// <param name="slots">At least 1.</param>
    public static PlanFacts Of(Plan plan, int slots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ILookup<int, Trial> trialsOf = plan.Trials.ToLookup(trial => trial.Cell);
        Dictionary<string, string> cellOf = plan.Trials.ToDictionary(trial => trial.Id, trial => plan.Cells[trial.Cell].Name);
        ImmutableArray<CellFacts> cells = [.. plan.Cells.Select(cell => CellFacts.Of(cell, [.. trialsOf[cell.Index]], cellOf))];
        return new PlanFacts
        {
            Cells = cells,
            Trials = plan.Trials.Length,
            LargestGang = cells.Max(cell => cell.Gang),
            Estimate = new TimeRange(
                Total(plan, cells, slots, cell => cell.TimePerTrial.LeastSeconds),
                Total(plan, cells, slots, cell => cell.TimePerTrial.MostSeconds)),
        };
    }

    private static double Total(Plan plan, ImmutableArray<CellFacts> cells, int slots, Func<CellFacts, double> seconds)
    {
        var ends = new Dictionary<string, double>();
        double work = 0;
        foreach (Trial trial in plan.Trials)
        {
            CellFacts cell = cells[trial.Cell];
            work += seconds(cell) * cell.Gang;
            ends[trial.Id] = seconds(cell) + trial.DependsOn.Select(source => ends[source]).DefaultIfEmpty().Max();
        }

        return Math.Max(work / slots, ends.Values.DefaultIfEmpty().Max());
    }
}

/// <summary>The facts of one cell.</summary>
public sealed record CellFacts
{
    public required Cell Cell { get; init; }

    public required int Trials { get; init; }

    /// <summary>Ranks of each trial.</summary>
    public required int Gang { get; init; }

    /// <summary>Planned share of zeros among all parameters.</summary>
    public required double Sparsity { get; init; }

    /// <summary>Names of the cells whose trials must end first.</summary>
    public required ImmutableArray<string> DependsOn { get; init; }

    /// <summary>Floating-point operations of one trial's training.</summary>
    public required double Flops { get; init; }

    public required TimeRange TimePerTrial { get; init; }

    internal static CellFacts Of(Cell cell, ImmutableArray<Trial> trials, Dictionary<string, string> cellOf) => new()
    {
        Cell = cell,
        Trials = trials.Length,
        Gang = cell.Configuration.Training.WorldSize,
        Sparsity = 1 - (cell.PlannedNonzeros / (double)Math.Max(cell.Parameters, 1)),
        DependsOn = [.. trials.SelectMany(trial => trial.DependsOn).Select(id => cellOf[id]).Distinct()],
        Flops = CostModel.FlopsPerStep(cell) * cell.Length.Steps,
        TimePerTrial = new TimeRange(CostModel.Fast.SecondsPerTrial(cell), CostModel.Slow.SecondsPerTrial(cell)),
    };
}

/// <summary>An estimate that does not feign exactness.</summary>
public readonly record struct TimeRange(double LeastSeconds, double MostSeconds);
