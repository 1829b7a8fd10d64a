using System.Collections.Immutable;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Planning;

/// <summary>Finds the cell of another variant at the same grid point.</summary>
internal sealed class CellIndex(ImmutableArray<CellInPlanning> cells)
{
    private readonly ILookup<(string, string), CellInPlanning> _byVariant =
        cells.ToLookup(cell => (cell.Draft.Variant.Name, cell.Draft.Point));

    public ImmutableArray<CellInPlanning> All => cells;

    /// <summary>Null if it is not in the plan.</summary>
    public CellInPlanning? Beside(CellInPlanning cell, string variant) => _byVariant[(variant, cell.Draft.Point)].FirstOrDefault();

    /// <summary>The same; reports a cell that the sweep leaves out. Names that no variant has are reported elsewhere.</summary>
    public CellInPlanning? Beside(CellInPlanning cell, string variant, Place place, SweepDefinition sweep, ErrorSink errors)
    {
        CellInPlanning? found = Beside(cell, variant);
        bool isLeftOut = found is null
            && sweep.Find(variant) is not null
            && !sweep.Cells.Any(other => other.Variant.Name == variant && other.Point == cell.Draft.Point);
        if (isLeftOut)
            errors.Add(place, $"`{Node.Shorten(cell.Name)}` needs `{Node.Shorten(variant)}` at the same grid point, which is left out; exclude both or neither.");
        return found;
    }
}
