using Orchestrator.Experiments.Sweeps.Syntax;
using Orchestrator.Models.Pruning;

namespace Orchestrator.Experiments.Sweeps.Validation;

/// <summary>Variants that others take something from exist, are not themselves, and run at the same grid point and seeds.</summary>
internal sealed class ReferencesExist : IRule
{
    public void Check(SweepDefinition sweep, ErrorSink errors)
    {
        string[] names = [.. sweep.Variants.Select(variant => variant.Name)];
        foreach (CellDraft cell in sweep.Cells)
        {
            PruningOptions pruning = cell.Configuration.Pruning;
            Check(cell.Match?.Variant, cell.Match?.Place ?? default, takesWeights: false);
            Check(pruning.QuantileFrom, cell.PlaceOf("pruning.quantileFrom"), takesWeights: true);
            Check(pruning.DensitiesFrom, cell.PlaceOf("pruning.densitiesFrom"), takesWeights: true);

            void Check(string? source, Place place, bool takesWeights)
            {
                if (source is null)
                    return;
                if (source == cell.Variant.Name)
                    errors.Add(place, $"`{Node.Shorten(source)}` refers to itself; name another variant.");
                else if (!names.Contains(source))
                    errors.AddUnknown(place, "variant", source, names);
                else if (takesWeights)
                    CheckSeeds(cell.Variant, sweep.Find(source)!, place, errors);
            }
        }
    }

    private static void CheckSeeds(Variant variant, Variant source, Place place, ErrorSink errors)
    {
        long[] missing = [.. variant.Seeds.Except(source.Seeds).Take(5)];
        if (missing.Length > 0 && source.Seeds.Length > 0)
            errors.Add(place, $"`{Node.Shorten(source.Name)}` has no trial of seed {string.Join(", ", missing)}, which `{Node.Shorten(variant.Name)}` needs; give both the same seeds.");
    }
}
