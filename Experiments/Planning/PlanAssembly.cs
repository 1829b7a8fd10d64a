using System.Collections.Immutable;
using Newtonsoft.Json.Linq;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Experiments.Sweeps.Forms;

namespace Orchestrator.Experiments.Planning;

/// <summary>Numbers the cells, orders the trials, names them by their content.</summary>
internal static class PlanAssembly
{
    private const int HashDigits = 12;

    public static Plan Assemble(SweepDefinition sweep, ImmutableArray<CellInPlanning> cells)
    {
        Dictionary<CellInPlanning, int> index = cells.Select((cell, at) => (cell, at)).ToDictionary(entry => entry.cell, entry => entry.at);
        ImmutableArray<Cell> finished = [.. cells.Select(cell => Finish(cell, index))];
        var plan = new Plan
        {
            Name = sweep.Name!,
            Hash = "",
            Description = sweep.Description,
            Question = sweep.Question,
            Cells = finished,
            Trials = Order(cells, index),
            Objective = ObjectiveOf(sweep, finished[0]),
            Report = sweep.Report,
        };
        return plan with { Hash = HashOf(plan) };
    }

    private static Cell Finish(CellInPlanning cell, Dictionary<CellInPlanning, int> index) => new()
    {
        Index = index[cell],
        Name = cell.Name,
        Variant = cell.Draft.Variant.Name,
        GridPoint = cell.Draft.GridPoint,
        Control = cell.Control is { } control ? index[control] : null,
        MatchedWith = cell.MatchedWith is { } other ? index[other] : null,
        Configuration = cell.Configuration,
        Shape = cell.Shape,
        Parameters = cell.Parameters.Sum(parameter => parameter.Count),
        PlannedNonzeros = cell.Nonzeros!.Value,
        Length = cell.Length,
    };

    private static Objective ObjectiveOf(SweepDefinition sweep, Cell first) => new()
    {
        Metric = sweep.Objective?.Metric ?? TaskMetrics.Of(first.Shape.Task)[0],
        Direction = sweep.Objective?.Direction ?? Direction.Minimize,
    };

    /// <summary>Seed by seed, so that early results compare all cells; within a seed the cells as they come, each after those that it needs.</summary>
    private static ImmutableArray<Trial> Order(ImmutableArray<CellInPlanning> cells, Dictionary<CellInPlanning, int> index)
    {
        ImmutableArray<CellInPlanning> order = SourcesFirst(cells);
        Dictionary<CellInPlanning, string> contents = cells.ToDictionary(cell => cell, cell => TrialIdentity.ContentOf(cell.Configuration));
        ILookup<long, CellInPlanning> bySeed = order
            .SelectMany(cell => cell.Draft.Variant.Seeds.Select(seed => (seed, cell)))
            .ToLookup(entry => entry.seed, entry => entry.cell);
        var trials = ImmutableArray.CreateBuilder<Trial>();
        foreach (long seed in cells.SelectMany(cell => cell.Draft.Variant.Seeds).Distinct())
        {
            var ids = new Dictionary<CellInPlanning, string>();
            foreach (CellInPlanning cell in bySeed[seed])
            {
                string? quantiles = cell.QuantileSource is { } dense ? ids[dense] : null;
                string? densities = cell.DensitySource is { } pruned ? ids[pruned] : null;
                ids[cell] = TrialIdentity.Of(contents[cell], seed, quantiles, densities);
                trials.Add(new Trial
                {
                    Id = ids[cell],
                    Cell = index[cell],
                    Seed = seed,
                    QuantileSource = quantiles,
                    DensitySource = densities,
                });
            }
        }

        return trials.ToImmutable();
    }

    private static ImmutableArray<CellInPlanning> SourcesFirst(ImmutableArray<CellInPlanning> cells)
    {
        var order = ImmutableArray.CreateBuilder<CellInPlanning>();
        var placed = new HashSet<CellInPlanning>();
        foreach (CellInPlanning cell in cells)
            Place(cell);
        return order.ToImmutable();

        void Place(CellInPlanning? cell)
        {
            if (cell is null || !placed.Add(cell))
                return;
            Place(cell.QuantileSource);
            Place(cell.DensitySource);
            order.Add(cell);
        }
    }

    private static string HashOf(Plan plan) => CanonicalJson.Hash(
        new JObject
        {
            ["cells"] = new JArray(plan.Cells.Select(ContentOf)),
            ["format"] = Plan.FormatVersion,
            ["objective"] = CanonicalJson.Of(plan.Objective),
            ["report"] = CanonicalJson.Of(plan.Report),
            ["trials"] = new JArray(plan.Trials.Select(trial => new JArray(trial.Id, trial.Cell, trial.Seed))),
        },
        HashDigits);

    private static JObject ContentOf(Cell cell) => new()
    {
        ["configuration"] = CanonicalJson.Of(cell.Configuration),
        ["control"] = cell.Control,
        ["gridPoint"] = new JArray(cell.GridPoint.Select(axis => new JArray(axis.Key, axis.Value))),
        ["matchedWith"] = cell.MatchedWith,
        ["name"] = cell.Name,
        ["variant"] = cell.Variant,
    };
}
