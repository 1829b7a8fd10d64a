using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Experiments.Sweeps.Forms;
using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Planning;

/// <summary>
/// A plan as JSON, as it lies in the run store: <c>{ "format", "digest", "plan" }</c>. Strict: an unknown or missing member,
/// a value out of its range and a reference into nothing are errors; the digest tells a plan that was altered.
/// </summary>
public static class PlanJson
{
    public static string Write(Plan plan)
    {
        JObject json = CanonicalJson.Of(StoredPlan.Of(plan));
        var document = new JObject
        {
            ["format"] = Plan.FormatVersion,
            ["digest"] = DigestOf(JsonSyntax.Parse(json.ToString(Formatting.None), new ErrorSink("plan"))!),
            ["plan"] = json,
        };
        return document.ToString(Formatting.Indented) + "\n";
    }

    /// <exception cref="InvalidDataException">The text is no plan, was altered, or is of a newer version.</exception>
    public static Plan Read(string text)
    {
        var errors = new ErrorSink("plan");
        ObjectNode document = JsonSyntax.Parse(text, errors) as ObjectNode ?? throw Damaged(errors);
        CheckFormat(document);
        if (document.Find("plan")?.Value is not { } node)
            throw new InvalidDataException("It holds no plan.");
        StoredPlan stored = new Binder(errors).Bind<StoredPlan>(node) ?? throw Damaged(errors);
        if (!errors.IsEmpty)
            throw Damaged(errors);
        if (document.Find("digest")?.Value is not ScalarNode { Value: string digest } || digest != DigestOf(node))
            throw new InvalidDataException("It was altered after it was written: its digest does not fit.");
        return stored.ToPlan();
    }

    private static void CheckFormat(ObjectNode document)
    {
        if (document.Find("format")?.Value is not ScalarNode { Value: long format and > 0 })
            throw new InvalidDataException("It names no format.");
        if (format > Plan.FormatVersion)
        {
            throw new InvalidDataException(
                $"Its format {format} is newer than {Plan.FormatVersion}, which this version of Orchestrator reads; use a newer one.");
        }
    }

    private static string DigestOf(Node plan) => CanonicalJson.Hash(plan.Text, CanonicalJson.HashDigitsMax);

    private static InvalidDataException Damaged(ErrorSink errors) =>
        new(errors.IsEmpty ? "It is no JSON object." : string.Join(" ", errors.Errors.Take(3).Select(error => $"{error.Path}: {error.Message}")));
}
