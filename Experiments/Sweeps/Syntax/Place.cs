namespace Orchestrator.Experiments.Sweeps.Syntax;

/// <summary>Where something was written.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Column">Counted from 1, in UTF-16 units.</param>
/// <param name="Path">JSON path, <c>$</c> for the root.</param>
internal readonly record struct Place(int Line, int Column, string Path)
{
    public static readonly Place Start = new(1, 1, "$");

    /// <summary>The path of a member; names that are no identifiers stand in brackets.</summary>
    public static string Append(string path, string name) =>
        name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '$' or '-')
            ? $"{path}.{name}"
            : $"{path}['{name.Replace("'", "\\'", StringComparison.Ordinal)}']";

    public static string Append(string path, int index) => $"{path}[{index}]";
}
