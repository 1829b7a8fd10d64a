using System.Collections.Immutable;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Experiments.Sweeps.Syntax;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;

namespace Orchestrator.Experiments.Planning;

/// <summary>Which other trial a trial needs: one that gives q, one that gives densities. Of the same seed, at the same grid point.</summary>
internal sealed class TrialSources(CellIndex cells, SweepDefinition sweep, ErrorSink errors)
{
    public void Find()
    {
        foreach (CellInPlanning cell in cells.All)
        {
            cell.Control = ControlOf(cell);
            cell.QuantileSource = QuantileSourceOf(cell);
            cell.DensitySource = DensitySourceOf(cell);
        }
    }

    private CellInPlanning? ControlOf(CellInPlanning cell) =>
        cell.Draft.Variant.Control is { } control ? cells.Beside(cell, control.Name, control.Place, sweep, errors) : null;

    private CellInPlanning? QuantileSourceOf(CellInPlanning cell)
    {
        PruningOptions pruning = cell.Configuration.Pruning;
        if (pruning is not { Method: PruningMethod.GradualThreshold, Quantile: null })
            return null;
        Place place = cell.Draft.PlaceOf(pruning.QuantileFrom is null ? "pruning.method" : "pruning.quantileFrom");
        if ((pruning.QuantileFrom ?? cell.Draft.Variant.Control?.Name) is not { } variant)
        {
            errors.Add(place, $"`gradual-threshold` needs q, from a trained dense network: give `{Node.Shorten(cell.Draft.Variant.Name)}` a control, `pruning.quantileFrom` or `pruning.quantile`.");
            return null;
        }

        if (cells.Beside(cell, variant, place, sweep, errors) is not { } source || source == cell)
            return null;
        if (source.Configuration.Pruning.Method != PruningMethod.None)
            errors.Add(place, $"q must come from a dense network, but `{Node.Shorten(source.Name)}` is pruned; name a dense variant of the same shape in `pruning.quantileFrom`.");
        CheckFit(cell, source, place, "q", "quantileFrom");
        return source;
    }

    private CellInPlanning? DensitySourceOf(CellInPlanning cell)
    {
        PruningOptions pruning = cell.Configuration.Pruning;
        if (pruning is not { Method: not (PruningMethod.None or PruningMethod.GradualThreshold), DensitiesFrom: { } variant })
            return null;
        Place place = cell.Draft.PlaceOf("pruning.densitiesFrom");
        if (cells.Beside(cell, variant, place, sweep, errors) is not { } source || source == cell)
            return null;
        if (source.Configuration.Pruning.Method == PruningMethod.None)
            errors.Add(place, $"`{Node.Shorten(source.Name)}` is dense: it has no densities to copy; name a pruned variant.");
        CheckFit(cell, source, place, "densities", "densitiesFrom");
        return source;
    }

    private void CheckFit(CellInPlanning cell, CellInPlanning source, Place place, string what, string key)
    {
        if (!HaveSameShape(cell.Parameters, source.Parameters))
        {
            errors.Add(
                place,
                $"`{Node.Shorten(cell.Name)}` cannot take {what} from `{Node.Shorten(source.Name)}`: their networks differ in shape; "
                + $"name a variant of the same shape in `pruning.{key}`.");
        }

        long[] missing = [.. cell.Draft.Variant.Seeds.Except(source.Draft.Variant.Seeds).Take(5)];
        if (missing.Length > 0)
            errors.Add(place, $"`{Node.Shorten(source.Draft.Variant.Name)}` has no trial of seed {string.Join(", ", missing)}, which `{Node.Shorten(cell.Draft.Variant.Name)}` needs; give both the same seeds.");
    }

    private static bool HaveSameShape(ImmutableArray<ParameterInfo> one, ImmutableArray<ParameterInfo> other) => one
        .Select(parameter => (parameter.Name, parameter.Rows, parameter.Columns))
        .SequenceEqual(other.Select(parameter => (parameter.Name, parameter.Rows, parameter.Columns)));
}
