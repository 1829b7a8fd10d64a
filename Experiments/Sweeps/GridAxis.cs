using System.Collections.Immutable;
using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>One path of the grid with its values.</summary>
/// <param name="Values">Each as the tree that sets it, beside the value as written.</param>
internal sealed record GridAxis(string Path, Place Place, ImmutableArray<(Node Value, ObjectNode Tree)> Values)
{
    /// <summary>Axes in the order of their paths, so that the order of keys in a file means nothing; whatever is no axis is reported.</summary>
    public static ImmutableArray<GridAxis> Read(Node? node, ErrorSink errors)
    {
        if (node is null)
            return [];
        if (node is not ObjectNode given)
        {
            errors.AddFound(node, "an object from path to list of values");
            return [];
        }

        if (given.Members.Length == 0)
            errors.Add(node.Place, "The grid is empty; give it an axis, such as `\"network.hiddenSize\": [64, 128]`, or leave it out.");
        return [.. given.Members.Select(member => ReadAxis(member, errors)).OfType<GridAxis>().OrderBy(axis => axis.Path, StringComparer.Ordinal)];
    }

    private static GridAxis? ReadAxis(Member member, ErrorSink errors)
    {
        if (member.Value is not ListNode list)
        {
            errors.AddFound(member.Value, "a list of values; grid keys are whole paths, such as `network.hiddenSize`");
            return null;
        }

        if (list.Items.Length == 0)
            errors.Add(list.Place, $"The axis `{Node.Shorten(member.Name)}` has no values.");
        var values = ImmutableArray.CreateBuilder<(Node, ObjectNode)>();
        foreach (Node item in list.Items)
        {
            if (SettingsTree.Chain(member.Name, member.NamePlace, item, errors) is not { } chain)
                return null;
            values.Add((item, SettingsTree.Nest(chain, errors)));
        }

        ReportTwins(list, errors);
        return new GridAxis(member.Name, member.NamePlace, values.ToImmutable());
    }

    private static void ReportTwins(ListNode list, ErrorSink errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (Node item in list.Items.Where(item => !seen.Add(item.Text)))
            errors.Add(item.Place, $"The value {item.Shown} stands in this axis twice.");
    }
}
