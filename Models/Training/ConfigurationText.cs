using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Models.Data;

namespace Orchestrator.Models.Training;

/// <summary>
/// A configuration as JSON, written into files of weights, so that they say what they are, and hashed into checkpoints.
/// Whether the exchange overlaps is left out: it decides no bit, and a trial may go on with it changed.
/// </summary>
internal static class ConfigurationText
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public static string Of(TrialConfiguration configuration)
    {
        JsonObject data = JsonSerializer.SerializeToNode(configuration.Data, configuration.Data.GetType(), Options)!.AsObject();
        if (configuration.Data.GetType().GetCustomAttribute<KindAttribute>() is { } kind)
        {
            data.Insert(0, "kind", kind.Name);
        }

        JsonObject all = JsonSerializer.SerializeToNode(configuration, Options)!.AsObject();
        all["data"] = data;
        _ = all["training"]!["exchange"]!.AsObject().Remove("overlap");
        return all.ToJsonString();
    }
}
