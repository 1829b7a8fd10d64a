using System.Collections.Immutable;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orchestrator.Experiments.Planning;

namespace Orchestrator.Experiments.Reports;

/// <summary>Configurations as path and value, defaults written out, in the words of a sweep file.</summary>
internal static class FlatConfiguration
{
    /// <summary>By index of the cell.</summary>
    public static ImmutableArray<ImmutableArray<NamedValue>> OfCells(Plan plan)
    {
        JToken cells = JObject.Parse(PlanJson.Write(plan)).SelectToken("plan.cells")!;
        return [.. cells.Select(cell => Flatten(cell["configuration"]!).ToImmutableArray())];
    }

    internal static IEnumerable<NamedValue> Flatten(JToken configuration) =>
        Leaves(configuration, "").Select(leaf => new NamedValue(leaf.Path, Text(leaf.Value)));

    /// <summary>An array of plain values is one value; one of objects is taken apart.</summary>
    private static IEnumerable<(string Path, JToken Value)> Leaves(JToken token, string path) => token switch
    {
        JObject members => members.Properties().SelectMany(member => Leaves(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}")),
        JArray items when items.Any(item => item is JContainer) => items.SelectMany((item, index) => Leaves(item, $"{path}[{index}]")),
        _ => [(path, token)],
    };

    private static string Text(JToken value) => value.Type == JTokenType.String
        ? value.Value<string>()!
        : value.ToString(Formatting.None).Replace(",", ", ", StringComparison.Ordinal);
}
