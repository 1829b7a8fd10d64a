using System.Collections.Immutable;
using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>From what the file says of variants and controls to variants.</summary>
internal sealed class VariantReader(SweepFile file, ObjectNode root, ErrorSink errors)
{
    /// <summary>The one variant of a file that names none.</summary>
    public const string Implicit = "base";

    /// <summary>More than anybody reads in a report.</summary>
    public const int CountMax = 1_000;

    private ControlDefaults _controls = new(null, []);

    public ImmutableArray<Variant> Read()
    {
        ImmutableArray<long> seeds = file.Seeds is null ? [0] : SeedReader.Read(file.Seeds.Node, errors);
        if (file.Variants is null)
            return [new Variant(Implicit, root.Place, new ObjectNode(root.Place, []), null, seeds)];
        var list = (ListNode)root.FindPath("variants")!;
        if (list.Items.Length is 0 or > CountMax)
        {
            errors.Add(list.Place, $"Found {list.Items.Length} variants; allowed: 1 to {CountMax}. Leave `variants` out to run the base alone.");
            return [];
        }

        _controls = ReadControls();
        return [.. file.Variants.Zip(list.Items.OfType<ObjectNode>(), (variant, node) => ReadVariant(variant, node, seeds))];
    }

    /// <summary>One without a name, which was reported, goes by its path.</summary>
    private Variant ReadVariant(SweepVariant variant, ObjectNode node, ImmutableArray<long> seeds) => new(
        variant.Name ?? node.Place.Path,
        (node.Find("name")?.Value ?? node).Place,
        variant.Set is { } set ? SettingsTree.Nest(set.Node, errors) : new ObjectNode(node.Place, []),
        ReadControl(variant),
        variant.Seeds is { } own ? SeedReader.Read(own.Node, errors) : seeds);

    private (string Name, Place Place)? ReadControl(SweepVariant variant)
    {
        (string Name, Place Place)? mapped = variant.Name is null ? null : _controls.Of(variant.Name);
        if (variant.Control is not { } written)
            return mapped;
        if (variant.Name is not null && _controls.Map.ContainsKey(variant.Name))
            errors.Add(written.Node.Place, $"The control of `{Node.Shorten(variant.Name)}` has two sources: here and in `controls`; keep one.");
        switch (written.Node)
        {
            case ScalarNode { Value: string name }:
                return (name, written.Node.Place);
            case ScalarNode { Value: null }:
                return null;
            default:
                errors.AddFound(written.Node, "the name of a variant, or null");
                return null;
        }
    }

    private ControlDefaults ReadControls()
    {
        switch (file.Controls?.Node)
        {
            case null:
                return new ControlDefaults(null, []);
            case ScalarNode { Value: string name } node:
                return new ControlDefaults((name, node.Place), []);
            case ObjectNode map:
                return new ControlDefaults(null, ReadMap(map));
            case { } other:
                errors.AddFound(other, "the name of a variant, or an object from variant to control");
                return new ControlDefaults(null, []);
        }
    }

    private Dictionary<string, (string, Place)> ReadMap(ObjectNode map)
    {
        string[] names = [.. file.Variants!.Select(variant => variant.Name).OfType<string>()];
        var controls = new Dictionary<string, (string, Place)>();
        foreach (Member member in map.Members)
        {
            if (!names.Contains(member.Name))
                errors.AddUnknown(member.NamePlace, "variant", member.Name, names);
            if (member.Value is ScalarNode { Value: string control })
                controls.Add(member.Name, (control, member.Value.Place));
            else
                errors.AddFound(member.Value, "the name of a variant");
        }

        return controls;
    }

    /// <param name="All">The control of all variants but itself.</param>
    private sealed record ControlDefaults((string Name, Place Place)? All, Dictionary<string, (string, Place)> Map)
    {
        public (string Name, Place Place)? Of(string variant) =>
            Map.TryGetValue(variant, out (string, Place) control) ? control : All?.Name == variant ? null : All;
    }
}
