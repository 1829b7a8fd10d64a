using System.Globalization;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>The processes that a program has started for its ranks, as the kernel lists them (Linux only).</summary>
internal static class Ranks
{
    private static readonly string[] Verbs = ["rank", "bench-rank"];

    /// <summary>Ids of the ranks' processes that are children of a process and live, the oldest first.</summary>
    public static int[] Of(int parent) =>
        [.. Alive().Where(process => process.Parent == parent).Select(process => process.Id).Order()];

    /// <summary>Ids of the ranks' processes that live in a folder, whoever their parent is by now.</summary>
    public static int[] In(string folder) =>
        [.. Alive().Where(process => WorkingFolderOf(process.Id) == folder).Select(process => process.Id)];

    /// <summary>Waits until a program has so many at least.</summary>
    public static async Task<int[]> AwaitAsync(Program program, int count)
    {
        int[] found = [];
        while (!program.HasExited && (found = Of(program.Id)).Length < count)
            await Task.Delay(10);
        Assert.That(found, Has.Length.GreaterThanOrEqualTo(count), "the program has ended");
        return found;
    }

    /// <summary>Waits until none of these lives any more.</summary>
    public static async Task GoneAsync(int[] ids, TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        while (Alive().Any(process => ids.Contains(process.Id)))
            await Task.Delay(10, deadline.Token);
    }

    /// <summary>A process that has ended and waits for its parent to notice has no command line any more.</summary>
    private static IEnumerable<(int Id, int Parent)> Alive()
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                && Read(folder, "cmdline") is { } command
                && Verbs.Contains(command.TrimEnd('\0').Split('\0')[^1])
                && Read(folder, "stat") is { } stat)
            {
                yield return (id, ParentIn(stat));
            }
        }
    }

    private static string? WorkingFolderOf(int id)
    {
        try
        {
            return new FileInfo($"/proc/{id}/cwd").LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Fields after the name of the program, which ends with the last parenthesis: state, parent, …</summary>
    private static int ParentIn(string stat) =>
        int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);

    /// <returns>Null: the process has gone while it was looked at.</returns>
    private static string? Read(string folder, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, file));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
