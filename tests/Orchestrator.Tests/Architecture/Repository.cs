using System.Runtime.CompilerServices;

namespace Orchestrator.Tests.Architecture;

/// <summary>The source tree that these tests were compiled from.</summary>
internal static class Repository
{
    private static readonly string[] Generated = ["bin", "obj", ".git", "runs", "TestResults"];

    public static string Root { get; } = FindRoot();

    /// <summary>Files with their paths relative to the root, with `/`; build output left out.</summary>
    public static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Intersect(Generated).Any())
            .Order(StringComparer.Ordinal);

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot([CallerFilePath] string here = "")
    {
        for (DirectoryInfo? folder = new FileInfo(here).Directory; folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No Orchestrator.sln above `{here}`.");
    }
}
