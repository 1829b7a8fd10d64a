using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Sweeps.Validation;

/// <summary>A control is another variant of this file, and no chain of controls comes back to where it began.</summary>
internal sealed class ControlsExist : IRule
{
    public void Check(SweepDefinition sweep, ErrorSink errors)
    {
        string[] names = [.. sweep.Variants.Select(variant => variant.Name)];
        foreach (Variant variant in sweep.Variants)
        {
            if (variant.Control is not { } control)
                continue;
            if (control.Name == variant.Name)
                errors.Add(control.Place, $"`{Node.Shorten(variant.Name)}` cannot be its own control.");
            else if (!names.Contains(control.Name))
                errors.AddUnknown(control.Place, "variant", control.Name, names);
            else if (ComesBack(sweep, variant))
                errors.Add(control.Place, $"The control of `{Node.Shorten(variant.Name)}` leads back to it; a chain of controls must end at a variant without one.");
            else
                CheckPairs(variant, sweep.Find(control.Name)!, control.Place, errors);
        }
    }

    private static bool ComesBack(SweepDefinition sweep, Variant variant)
    {
        Variant? at = variant;
        for (int steps = 0; steps <= sweep.Variants.Length; steps++)
        {
            at = at?.Control is { } control ? sweep.Find(control.Name) : null;
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
