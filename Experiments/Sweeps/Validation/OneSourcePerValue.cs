using System.Collections.Immutable;
using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Sweeps.Validation;

/// <summary>What an axis of the grid sets, no variant and no other axis may set: one of them would be ignored without a word.</summary>
internal sealed class OneSourcePerValue : IRule
{
    public void Check(SweepDefinition sweep, ErrorSink errors)
    {
        foreach (GridAxis axis in sweep.Axes)
        {
            foreach (Variant variant in sweep.Variants.Where(variant => Overlaps(variant.Tree, axis.Path)))
            {
                errors.Add(
                    (variant.Tree.FindPath(axis.Path) ?? variant.Tree).Place,
                    $"`{Node.Shorten(axis.Path)}` has two sources: the variant `{Node.Shorten(variant.Name)}` and the grid in line {axis.Place.Line}; keep one.");
            }
        }

        CheckAxes(sweep.Axes, errors);
    }

    private static void CheckAxes(ImmutableArray<GridAxis> axes, ErrorSink errors)
    {
        for (int one = 0; one < axes.Length; one++)
        {
            foreach (GridAxis other in axes.Take(one).Where(other => Contains(other.Path, axes[one].Path) || Contains(axes[one].Path, other.Path)))
                errors.Add(axes[one].Place, $"`{Node.Shorten(axes[one].Path)}` overlaps the axis `{Node.Shorten(other.Path)}`: one value would have two sources.");
        }
    }

    /// <summary>The tree sets the path, something in it, or something that the path lies in.</summary>
    private static bool Overlaps(ObjectNode tree, string path)
    {
        Node node = tree;
        foreach (string name in path.Split('.'))
        {
            if (node is not ObjectNode part)
                return true;
            if (part.Find(name) is not { } member)
                return false;
            node = member.Value;
        }

        return true;
    }

    private static bool Contains(string outer, string inner) => inner == outer || inner.StartsWith(outer + ".", StringComparison.Ordinal);
}
