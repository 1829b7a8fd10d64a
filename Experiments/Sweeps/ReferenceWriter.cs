using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Sweeps.Forms;
using Orchestrator.Models.Data;
using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>The reference tables of <c>docs/sweeps.md</c>. Written from the same forms as the binder reads with.</summary>
public static class ReferenceWriter
{
    /// <summary>Markdown, from the first table's heading to the end of the last table.</summary>
    public static string Write()
    {
        var text = new StringBuilder();
        Table(text, "The file", FormOf.Record<SweepFile>());
        Table(text, "`variants[]`", FormOf.Record<SweepVariant>());
        Table(text, "`objective`", FormOf.Record<SweepObjective>());
        Table(text, "`report`", FormOf.Record<SweepReport>());
        foreach (Field field in FormOf.Record<TrialConfiguration>().Fields)
            Part(text, field.Name, field.Form);
        Metrics(text);
        return text.ToString();
    }

    private static void Metrics(StringBuilder text)
    {
        text.Append("### Metrics\n\nWhat `objective.metric` may be, the default first. All of them are better when smaller.\n\n| data | metrics |\n|---|---|\n");
        foreach (DataSetInfo info in DataSets.All)
        {
            string metrics = string.Join(", ", TaskMetrics.Of(info.Task).Select(metric => $"`{metric}`"));
            text.Append(CultureInfo.InvariantCulture, $"| {info.Kind} | {metrics} |\n");
        }
    }

    private static void Part(StringBuilder text, string path, Form form)
    {
        switch (form)
        {
            case Form.Record record:
                Table(text, $"`{path}`", record);
                Parts(text, path, record);
                break;
            case Form.Union union:
                foreach ((string kind, Form.Record record) in union.Kinds)
                {
                    string title = DataSets.All.Single(info => info.Kind == kind).Title;
                    Table(text, $"`{path}` with `\"kind\": \"{kind}\"`", record, title + ".");
                }

                break;
            case Form.List { Item: Form.Record item }:
                Table(text, $"`{path}[]`", item);
                break;
            default:
                break;
        }
    }

    private static void Parts(StringBuilder text, string path, Form.Record record)
    {
        foreach (Field field in record.Fields)
            Part(text, $"{path}.{field.Name}", field.Form);
    }

    private static void Table(StringBuilder text, string title, Form.Record record, string? introduction = null)
    {
        text.Append(CultureInfo.InvariantCulture, $"### {title}\n\n");
        if (introduction is not null)
            text.Append(CultureInfo.InvariantCulture, $"{introduction}\n\n");
        text.Append("| key | allowed | default | meaning |\n|---|---|---|---|\n");
        foreach (Field field in record.Fields)
            text.Append(CultureInfo.InvariantCulture, $"| `{field.Name}` | {field.Form.Allowed} | {DefaultOf(field)} | {field.Description} |\n");
        text.Append('\n');
    }

    private static string DefaultOf(Field field) => field switch
    {
        { IsRequired: true } => "*required*",
        { Default: null } => "absent",
        { Form: Form.Record } => "as below",
        { Form: Form.AsWritten or Form.List { Item: Form.AsWritten } } => "none",
        _ => $"`{CanonicalJson.Of(field.Default!, field.Form).ToString(Formatting.None)}`",
    };
}
