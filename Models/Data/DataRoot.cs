namespace Orchestrator.Models.Data;

/// <summary>The folder that holds the data files, from <c>--data</c> or the environment.</summary>
/// <param name="Directory">Null where none is known: then only generated sets and own texts can be loaded.</param>
public sealed record DataRoot(string? Directory)
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "ORCHESTRATOR_DATA";

    public static DataRoot None { get; } = new((string?)null);

    /// <summary>The folder of the sweep file: the paths of own texts start there, then in <see cref="Directory"/>.</summary>
    public string? SweepDirectory { get; init; }

    /// <summary>The explicit folder if given, else what the environment names, else none.</summary>
    public static DataRoot Find(string? explicitDirectory = null)
    {
        string? directory = explicitDirectory ?? Environment.GetEnvironmentVariable(Variable);
        return string.IsNullOrWhiteSpace(directory) ? None : new DataRoot(Path.GetFullPath(directory));
    }
}
