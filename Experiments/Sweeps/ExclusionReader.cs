using System.Collections.Immutable;
using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>Which cells a file leaves out: those that fit every member of one of the entries.</summary>
internal sealed class ExclusionReader(ImmutableArray<Variant> variants, ImmutableArray<GridAxis> axes, ErrorSink errors)
{
    /// <summary>Entries in a file; each is tried on each cell.</summary>
    public const int CountMax = 1_000;

    private const string VariantKey = "variant";

    /// <summary>Whether a variant at a grid point stays out, for each entry.</summary>
    public ImmutableArray<Func<Variant, ImmutableArray<Node>, bool>> Read(Exclusion[] exclusions)
    {
        if (exclusions.Length > CountMax)
        {
            errors.Add(exclusions[CountMax].Node.Place, $"Found {exclusions.Length} entries; allowed: {CountMax}.");
            return [];
        }

        return [.. exclusions.Select(exclusion => ReadEntry(exclusion.Node)).OfType<Func<Variant, ImmutableArray<Node>, bool>>()];
    }

    private Func<Variant, ImmutableArray<Node>, bool>? ReadEntry(Node node)
    {
        if (node is not ObjectNode { Members.Length: > 0 } entry)
        {
            errors.AddFound(node, "an object from `variant` or a grid path to a value or a list of values");
            return null;
        }

        Func<Variant, ImmutableArray<Node>, bool>?[] conditions = [.. entry.Members.Select(ReadCondition)];
        return conditions.Contains(null)
            ? null
            : (variant, point) => Array.TrueForAll(conditions, condition => condition!(variant, point));
    }

    private Func<Variant, ImmutableArray<Node>, bool>? ReadCondition(Member member)
    {
        ImmutableArray<Node> values = member.Value is ListNode list ? list.Items : [member.Value];
        if (member.Name == VariantKey)
        {
            CheckVariants(values);
            return (variant, _) => values.Any(value => value is ScalarNode { Value: string name } && name == variant.Name);
        }

        int axis = axes.ToList().FindIndex(candidate => candidate.Path == member.Name);
        if (axis < 0)
        {
            errors.AddUnknown(member.NamePlace, "axis", member.Name, [VariantKey, .. axes.Select(known => known.Path)]);
            return null;
        }

        CheckValues(values, axes[axis]);
        return (_, point) => values.Any(value => Node.SameValue(value, point[axis]));
    }

    private void CheckVariants(ImmutableArray<Node> names)
    {
        string[] known = [.. variants.Select(variant => variant.Name)];
        foreach (Node node in names)
        {
            if (node is not ScalarNode { Value: string name })
                errors.AddFound(node, "the name of a variant");
            else if (!known.Contains(name))
                errors.AddUnknown(node.Place, "variant", name, known);
        }
    }

    private void CheckValues(ImmutableArray<Node> values, GridAxis axis)
    {
        foreach (Node value in values.Where(value => !axis.Values.Any(known => Node.SameValue(known.Value, value))))
            errors.AddFound(value, $"a value of the axis: {string.Join(", ", axis.Values.Select(known => known.Value.Text))}");
    }
}
