using System.Collections.Immutable;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orchestrator.Experiments.Sweeps.Forms;
using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Planning;

/// <summary>A configuration as a table: every path with its value as JSON, defaults written out, absent ones left out, in the order of the paths.</summary>
public static class ConfigurationRows
{
    public static ImmutableArray<KeyValuePair<string, string>> Of(TrialConfiguration configuration) =>
        [.. Rows(CanonicalJson.Of(configuration), "")];

    private static IEnumerable<KeyValuePair<string, string>> Rows(JObject json, string prefix) => json.Properties().SelectMany(member =>
        member.Value is JObject inner
            ? Rows(inner, $"{prefix}{member.Name}.")
            : [KeyValuePair.Create(prefix + member.Name, member.Value.ToString(Formatting.None))]);
}
