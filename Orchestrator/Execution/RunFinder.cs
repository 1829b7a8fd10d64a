using Orchestrator.Commands;
using Orchestrator.Experiments.Sweeps;

namespace Orchestrator.Execution;

/// <summary>Which run somebody means: its folder, its name below the folder of runs, or the beginning of that name.</summary>
internal static class RunFinder
{
    private const string Marker = "run.json";

    /// <exception cref="UsageException">None, or several.</exception>
    public static string Find(string given, string runs)
    {
        if (IsRun(given))
            return Path.GetFullPath(given);
        string below = Path.Combine(runs, given);
        if (IsRun(below))
            return Path.GetFullPath(below);

        string[] names = [.. NamesIn(runs)];
        string[] begun = [.. names.Where(name => name.StartsWith(given, StringComparison.Ordinal))];
        return begun.Length switch
        {
            1 => Path.GetFullPath(Path.Combine(runs, begun[0])),
            0 => throw new UsageException(NotFound(given, runs, names)),
            _ => throw new UsageException($"`{given}` may be any of these runs: {string.Join(", ", begun)}."),
        };
    }

    private static bool IsRun(string directory) => File.Exists(Path.Combine(directory, Marker));

    private static IEnumerable<string> NamesIn(string runs) => Directory.Exists(runs)
        ? Directory.EnumerateDirectories(runs).Where(IsRun).Select(directory => Path.GetFileName(directory)).Order(StringComparer.Ordinal)
        : [];

    private static string NotFound(string given, string runs, string[] names)
    {
        if (names.Length == 0)
            return $"There is no run `{given}`: `{runs}` holds none. Give a run's folder, or the folder of the runs with --runs.";
        string hint = NearestName.Of(given, names) is { } nearest ? $" Did you mean `{nearest}`?" : "";
        return $"There is no run `{given}` in `{runs}`.{hint} Known: {string.Join(", ", names)}.";
    }
}
