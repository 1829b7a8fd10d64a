using Newtonsoft.Json;
using Newtonsoft.Json.Converters;
using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Serialization;
using Orchestrator.Models.Data;

namespace Orchestrator.Experiments.Planning;

/// <summary>A plan as JSON, as it lies in the run store. Strict: an unknown member or kind is an error, and no type name comes from data.</summary>
public static class PlanJson
{
    private static readonly JsonSerializerSettings Settings = new()
    {
        ContractResolver = new CamelCasePropertyNamesContractResolver(),
        Converters = { new StringEnumConverter(new KebabCaseNamingStrategy()), new DataOptionsConverter() },
        MissingMemberHandling = MissingMemberHandling.Error,
        NullValueHandling = NullValueHandling.Ignore,
        TypeNameHandling = TypeNameHandling.None,
        Formatting = Formatting.Indented,
        MaxDepth = 32,
    };

    public static string Write(Plan plan)
    {
        var document = new JObject
        {
            ["format"] = Plan.FormatVersion,
            ["plan"] = JToken.FromObject(plan, JsonSerializer.Create(Settings)),
        };
        return document.ToString(Formatting.Indented) + "\n";
    }

    /// <exception cref="JsonException">The text is not a plan.</exception>
    /// <exception cref="InvalidDataException">The plan is of a newer version.</exception>
    public static Plan Read(string text)
    {
        JObject document = JObject.Parse(text);
        int format = document.Value<int?>("format") ?? throw new JsonSerializationException("It names no format.");
        if (format > Plan.FormatVersion)
            throw new InvalidDataException($"Its format {format} is newer than {Plan.FormatVersion}.");
        return document["plan"]?.ToObject<Plan>(JsonSerializer.Create(Settings)) ?? throw new JsonSerializationException("It holds no plan.");
    }

    /// <summary>The options of a data set, with their kind beside the members.</summary>
    private sealed class DataOptionsConverter : JsonConverter<DataOptions>
    {
        private static readonly JsonSerializer Plain = JsonSerializer.Create(new JsonSerializerSettings
        {
            ContractResolver = new CamelCasePropertyNamesContractResolver(),
            Converters = { new StringEnumConverter(new KebabCaseNamingStrategy()) },
            MissingMemberHandling = MissingMemberHandling.Error,
            NullValueHandling = NullValueHandling.Ignore,
            TypeNameHandling = TypeNameHandling.None,
        });

        public override DataOptions? ReadJson(
            JsonReader reader, Type objectType, DataOptions? existingValue, bool hasExistingValue, JsonSerializer serializer)
        {
            JObject members = JObject.Load(reader);
            string? kind = members.Value<string>("kind");
            DataSetInfo info = DataSets.All.FirstOrDefault(info => info.Kind == kind)
                ?? throw new JsonSerializationException($"`{kind}` is no kind of data set.");
            _ = members.Remove("kind");
            return (DataOptions?)members.ToObject(info.OptionsType, Plain);
        }

        public override void WriteJson(JsonWriter writer, DataOptions? value, JsonSerializer serializer)
        {
            if (value is null)
            {
                writer.WriteNull();
                return;
            }

            JObject members = JObject.FromObject(value, Plain);
            members.AddFirst(new JProperty("kind", DataSets.All.First(info => info.OptionsType == value.GetType()).Kind));
            members.WriteTo(writer);
        }
    }
}
