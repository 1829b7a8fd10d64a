using System.Globalization;

namespace Orchestrator.Bench;

/// <summary>Options of the form <c>--name value</c>.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public static Options Parse(ReadOnlySpan<string> arguments)
    {
        if (arguments.Length % 2 != 0)
            throw new ArgumentException("Options come as --name value.");

        var options = new Options();
        for (int index = 0; index < arguments.Length; index += 2)
            options._values.Add(arguments[index].TrimStart('-'), arguments[index + 1]);
        return options;
    }

    public string Text(string name, string fallback) => _values.GetValueOrDefault(name, fallback);

    public int Number(string name, int fallback) =>
        _values.TryGetValue(name, out string? value) ? int.Parse(value, CultureInfo.InvariantCulture) : fallback;
}
