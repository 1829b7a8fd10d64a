using Orchestrator.Experiments.Sweeps.Forms;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>All dotted paths of a configuration, outer ones before what lies in them. A path that several kinds of data share comes once for each.</summary>
internal static class Paths
{
    public static IEnumerable<(string Path, Field Field)> Of(Form.Record record, string prefix = "")
    {
        foreach (Field field in record.Fields)
        {
            string path = prefix + field.Name;
            yield return (path, field);
            foreach ((string, Field) inner in Inside(field.Form).SelectMany(part => Of(part, path + ".")))
                yield return inner;
        }
    }

    private static IEnumerable<Form.Record> Inside(Form form) => form switch
    {
        Form.Record record => [record],
        Form.Union union => union.Kinds.Select(kind => kind.Value),
        _ => [],
    };
}
