using System.Runtime.CompilerServices;

namespace Orchestrator.Experiments.Tests;

/// <summary>
/// Texts that people read, compared with files in <c>Golden/</c>. <c>UPDATE_GOLDEN=1</c> writes them anew; the change is
/// then reviewed as a diff.
/// </summary>
internal static class Golden
{
    /// <param name="name">Path below <c>Golden/</c>, with `/`.</param>
    public static void Match(string name, string text)
    {
        var path = Path.Combine(Folder(), "Golden", name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        Assert.That(path, Does.Exist, "Run once with UPDATE_GOLDEN=1 and review what it writes.");
        Assert.That(text, Is.EqualTo(File.ReadAllText(path)), $"`{name}` differs; UPDATE_GOLDEN=1 rewrites it.");
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
