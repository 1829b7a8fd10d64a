using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orchestrator.Experiments.Sweeps.Forms;
using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>The JSON Schema (draft 7) of sweep files, for editors. Written from the same forms as the binder reads with.</summary>
/// <remarks>
/// Settings may be parts, so nothing in them is required; a path may be written nested or dotted, so each is listed both
/// ways. What two values must hold together no schema says: <c>orchestrator validate</c> does.
/// </remarks>
public static class SchemaWriter
{
    private const string SettingsName = "settings";

    /// <summary>The text of <c>samples/sweep.schema.json</c>.</summary>
    public static string Write()
    {
        Form.Record configuration = FormOf.Record<TrialConfiguration>();
        JObject schema = RecordOf(FormOf.Record<SweepFile>(), "$", isPart: false);
        var document = new JObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "Orchestrator sweep",
            ["description"] = "Experiment sweeps over dense and pruned recurrent networks.",
        };
        document.Merge(schema);
        document["definitions"] = new JObject { [SettingsName] = SettingsOf(configuration) };
        return document.ToString(Formatting.Indented) + "\n";
    }

    /// <summary>Parts of the configuration, nested; and every path in it, dotted.</summary>
    private static JObject SettingsOf(Form.Record configuration)
    {
        JObject nested = RecordOf(configuration, "", isPart: true);
        foreach ((string path, JObject schema) in ByPath(configuration).Where(entry => entry.Path.Contains('.', StringComparison.Ordinal)))
            ((JObject)nested["properties"]!).Add(path, schema);
        return nested;
    }

    /// <summary>What each path allows: where several kinds of data share it, whatever one of them does.</summary>
    private static IEnumerable<(string Path, JObject Schema)> ByPath(Form.Record configuration)
    {
        foreach (IGrouping<string, Field> group in Paths.Of(configuration).GroupBy(entry => entry.Path, entry => entry.Field))
        {
            JObject[] schemas = [.. group.Select(field => FieldOf(field, group.Key, isPart: true)).Distinct(new JTokenEqualityComparer()).Cast<JObject>()];
            yield return (group.Key, schemas.Length == 1 ? schemas[0] : Either(schemas));
            foreach (Form.Union union in group.Select(field => field.Form).OfType<Form.Union>())
                yield return ($"{group.Key}.{Form.Union.Discriminator}", new JObject { ["enum"] = new JArray(union.Names) });
        }

        yield return ($"pruning.{SettingsTree.MatchKey}", ShorthandSchema());
    }

    private static JObject RecordOf(Form.Record record, string path, bool isPart)
    {
        var properties = new JObject();
        foreach (Field field in record.Fields)
            properties.Add(field.Name, FieldOf(field, path.Length == 0 ? field.Name : $"{path}.{field.Name}", isPart));
        if (path == "pruning")
            properties.Add(SettingsTree.MatchKey, ShorthandSchema());
        var schema = new JObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (!isPart && record.Fields.Any(field => field.IsRequired))
            schema["required"] = new JArray(record.Fields.Where(field => field.IsRequired).Select(field => field.Name));
        return schema;
    }

    private static JObject FieldOf(Field field, string path, bool isPart)
    {
        JObject schema = Of(field.Form, path, isPart);
        if (field.IsNullable && field.Form is not Form.AsWritten)
            schema = Either(schema, new JObject { ["type"] = "null" });
        if (MatchRequest.Paths.Contains(path))
            schema = Either(schema, MatchSchema());
        var described = new JObject { ["description"] = field.Description };
        if (field.Default is not null && field.Form is Form.Text or Form.Truth or Form.Whole or Form.Number or Form.Choice)
            described["default"] = CanonicalJson.Of(field.Default, field.Form);
        if (schema.ContainsKey("$ref"))
            described["allOf"] = new JArray(schema);
        else
            described.Merge(schema);
        return described;
    }

    private static JObject ShorthandSchema() =>
        new() { ["type"] = "string", ["description"] = "The variant whose number of nonzeros is matched: the sparsity is solved for." };

    private static JObject MatchSchema() => new()
    {
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["required"] = new JArray(SettingsTree.MatchKey),
        ["properties"] = new JObject { [SettingsTree.MatchKey] = new JObject { ["type"] = "string" } },
    };

    private static JObject Of(Form form, string path, bool isPart) => form switch
    {
        Form.Text => new JObject { ["type"] = "string" },
        Form.Truth => new JObject { ["type"] = "boolean" },
        Form.Whole whole => new JObject { ["type"] = "integer", ["minimum"] = whole.Min, ["maximum"] = whole.Max },
        Form.Number number => new JObject { ["type"] = "number", ["minimum"] = number.Min, ["maximum"] = number.Max },
        Form.Choice choice => new JObject { ["enum"] = new JArray(choice.Names) },
        Form.List list => new JObject { ["type"] = "array", ["items"] = Of(list.Item, $"{path}[]", isPart: false) },
        Form.Record record => RecordOf(record, path, isPart),
        Form.Union union => new JObject { ["anyOf"] = new JArray(union.Kinds.Select(kind => KindOf(kind.Key, kind.Value, path))) },
        Form.AsWritten written => AsWrittenOf(written.Type),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "Not a form."),
    };

    /// <summary>A part may leave out the kind, and then fits if it fits any.</summary>
    private static JObject KindOf(string kind, Form.Record record, string path)
    {
        JObject schema = RecordOf(record, path, isPart: true);
        ((JObject)schema["properties"]!).AddFirst(new JProperty(Form.Union.Discriminator, new JObject { ["enum"] = new JArray(kind) }));
        return schema;
    }

    private static JObject AsWrittenOf(Type type)
    {
        if (type == typeof(Settings))
            return new JObject { ["$ref"] = $"#/definitions/{SettingsName}" };
        if (type == typeof(GridAxes))
            return GridSchema();
        if (type == typeof(Exclusion))
            return ExclusionSchema();
        if (type == typeof(SeedList))
            return SeedsSchema();
        if (type == typeof(ControlMap))
            return Either(new JObject { ["type"] = "string" }, new JObject { ["type"] = "object", ["additionalProperties"] = new JObject { ["type"] = "string" } });
        if (type == typeof(ControlName))
            return new JObject { ["type"] = new JArray("string", "null") };
        throw new ArgumentOutOfRangeException(nameof(type), type, "Nobody told what its schema is.");
    }

    /// <summary>Every path with a list of what it allows.</summary>
    private static JObject GridSchema()
    {
        var properties = new JObject();
        foreach ((string path, JObject item) in ByPath(FormOf.Record<TrialConfiguration>()))
            properties.Add(path, new JObject { ["type"] = "array", ["minItems"] = 1, ["items"] = item });

        return new JObject { ["type"] = "object", ["minProperties"] = 1, ["additionalProperties"] = false, ["properties"] = properties };
    }

    private static JObject ExclusionSchema() => new()
    {
        ["type"] = "object",
        ["minProperties"] = 1,
        ["properties"] = new JObject
        {
            ["variant"] = Either(
                new JObject { ["type"] = "string" },
                new JObject { ["type"] = "array", ["items"] = new JObject { ["type"] = "string" } }),
        },
    };

    private static JObject SeedsSchema() => Either(
        new JObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = SeedReader.CountMax },
        new JObject
        {
            ["type"] = "array",
            ["minItems"] = 1,
            ["maxItems"] = SeedReader.CountMax,
            ["uniqueItems"] = true,
            ["items"] = new JObject { ["type"] = "integer", ["minimum"] = 0 },
        });

    private static JObject Either(params JObject[] schemas) => new() { ["anyOf"] = new JArray(schemas.Cast<object>().ToArray()) };
}
