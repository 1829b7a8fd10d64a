namespace Orchestrator.Execution;

/// <summary>Paths as a person would type them.</summary>
internal static class Shown
{
    /// <summary>Relative to the working folder where it lies in there, else in full.</summary>
    public static string Path(string path)
    {
        string relative = System.IO.Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? System.IO.Path.GetFullPath(path) : relative;
    }

    /// <summary>As a shell takes it for one word.</summary>
    public static string Argument(string text) =>
        text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || "_-./:=@%+,".Contains(letter, StringComparison.Ordinal))
            ? text
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
