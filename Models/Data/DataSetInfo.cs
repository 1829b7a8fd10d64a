namespace Orchestrator.Models.Data;

/// <summary>An entry of the registry: help, schema, documentation and <c>data list</c> are generated from it.</summary>
/// <param name="Kind">The word in a sweep file.</param>
/// <param name="OptionsType">A sealed record derived from <see cref="DataOptions"/>.</param>
/// <param name="Title">One line.</param>
/// <param name="Files">All files that the kind can need; empty for generated sets.</param>
public sealed record DataSetInfo(
    string Kind,
    Type OptionsType,
    string Title,
    TaskKind Task,
    IReadOnlyList<DataFile> Files,
    string Licence,
    string Citation)
{
    public bool NeedsFiles => Files.Count > 0;
}
