using System.Collections;
using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orchestrator.Models.Data;

namespace Orchestrator.Experiments.Sweeps.Forms;

/// <summary>
/// The one way to write a record as JSON: members sorted by name, defaults written out, absent ones left out, numbers in
/// their shortest exact form. Equal records give equal bytes, however their file was laid out.
/// </summary>
internal static class CanonicalJson
{
    /// <summary>Hex digits of a whole SHA-256.</summary>
    public const int HashDigitsMax = 64;

    public static JObject Of<T>(T record)
        where T : class => (JObject)Of(record, FormOf.Record<T>());

    /// <summary>The first lower-case hex digits of the SHA-256 of the JSON text in UTF-8.</summary>
    public static string Hash(JToken json, int digits) => Hash(json.ToString(Formatting.None), digits);

    public static string Hash(string text, int digits) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..digits];

    public static JToken Of(object value, Form form) => form switch
    {
        Form.Record record => WriteRecord(value, record),
        Form.Union union => WriteUnion((DataOptions)value, union),
        Form.List list => new JArray(((IEnumerable)value).Cast<object>().Select(item => Of(item, list.Item))),
        Form.Choice => new JValue(FormOf.Kebab(value.ToString()!)),
        Form.Text or Form.Truth or Form.Whole or Form.Number => new JValue(value),
        _ => throw new ArgumentOutOfRangeException(nameof(form), form, "Not a form that is written."),
    };

    private static JObject WriteRecord(object record, Form.Record form)
    {
        var json = new JObject();
        foreach (Field field in form.Fields.OrderBy(field => field.Name, StringComparer.Ordinal))
        {
            if (field.Property.GetValue(record) is { } value)
                json.Add(field.Name, Of(value, field.Form));
        }

        return json;
    }

    private static JObject WriteUnion(DataOptions options, Form.Union union)
    {
        (string kind, Form.Record form) = union.Kinds.Single(entry => entry.Value.Type == options.GetType());
        JObject json = WriteRecord(options, form);
        json.Add(Form.Union.Discriminator, kind);
        return new JObject(json.Properties().OrderBy(property => property.Name, StringComparer.Ordinal));
    }
}
