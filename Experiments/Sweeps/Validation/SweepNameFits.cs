using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Sweeps.Validation;

/// <summary>The name becomes the name of a folder, on every file system.</summary>
internal sealed class SweepNameFits : IRule
{
    /// <summary>With the hash it stays well under the 255 bytes of common file systems, and under Windows' 260 for whole paths.</summary>
    private const int LengthMax = 64;

    public void Check(SweepDefinition sweep, ErrorSink errors)
    {
        if (sweep.Name is { } name && !Fits(name))
        {
            errors.Add(
                sweep.NamePlace,
                $"The name `{Node.Shorten(name)}` cannot name a folder; allowed: 1 to {LengthMax} letters, digits, `.`, `_` and `-`, "
                + "the first and the last a letter or digit.");
        }
    }

    private static bool Fits(string name) =>
        name.Length is > 0 and <= LengthMax
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-')
        && char.IsAsciiLetterOrDigit(name[0])
        && char.IsAsciiLetterOrDigit(name[^1]);
}
