using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Sweeps.Validation;

/// <summary>A control is another variant of this file, and no chain of controls comes back to where it began.</summary>
internal sealed class ControlsExist : IRule
{
    public void Check(SweepDefinition sweep, ErrorSink errors)
    {
        var byName = sweep.Variants.DistinctBy(variant => variant.Name).ToDictionary(variant => variant.Name);
        foreach (Variant variant in sweep.Variants)
        {
            if (variant.Control is not { } control)
                continue;
            if (control.Name == variant.Name)
                errors.Add(control.Place, $"`{Node.Shorten(variant.Name)}` cannot be its own control.");
            else if (!byName.TryGetValue(control.Name, out Variant? other))
                errors.AddUnknown(control.Place, "variant", control.Name, byName.Keys);
            else if (ComesBack(variant, byName))
                errors.Add(control.Place, $"The control of `{Node.Shorten(variant.Name)}` leads back to it; a chain of controls must end at a variant without one.");
            else
                CheckPairs(variant, other, control.Place, errors);
        }
    }

    /// <summary>A circle that it only leads into is told of those that lie in it.</summary>
    private static bool ComesBack(Variant variant, Dictionary<string, Variant> byName)
    {
        Variant? at = variant;
        for (int steps = 0; steps < byName.Count && at is not null; steps++)
        {
            at = at.Control is { } control ? byName.GetValueOrDefault(control.Name) : null;
            if (ReferenceEquals(at, variant))
                return true;
        }

        return false;
    }

    private static void CheckPairs(Variant variant, Variant control, Place place, ErrorSink errors)
    {
        if (variant.Seeds.Length > 0 && control.Seeds.Length > 0 && !variant.Seeds.Intersect(control.Seeds).Any())
            errors.Add(place, $"`{Node.Shorten(variant.Name)}` and its control `{Node.Shorten(control.Name)}` share no seed, so that no pair could be compared.");
    }
}
