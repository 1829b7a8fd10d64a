using System.Globalization;

namespace Orchestrator.Execution;

/// <summary>Numbers of bytes as people write them: <c>4KiB</c>, <c>4K</c>, <c>1.5 MiB</c>, <c>100MB</c>, <c>4096</c>.</summary>
internal static class ByteSizes
{
    private static readonly (string Suffix, long Factor)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000),
        ("K", 1L << 10), ("M", 1L << 20), ("G", 1L << 30), ("B", 1),
    ];

    public static bool TryParse(string text, out long bytes)
    {
        string number = text.Trim();
        long factor = 1;
        foreach ((string suffix, long unit) in Units)
        {
            if (!number.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                continue;
            number = number[..^suffix.Length].TrimEnd();
            factor = unit;
            break;
        }

        bytes = 0;
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal count))
            return false;
        if (count < 0 || count > long.MaxValue / factor || count * factor != decimal.Floor(count * factor))
            return false;
        bytes = (long)(count * factor);
        return true;
    }

    /// <summary>In the largest binary unit that leaves a whole number.</summary>
    public static string Text(long bytes)
    {
        foreach ((string suffix, long factor) in Units.Take(3).Reverse())
        {
            if (bytes > 0 && bytes % factor == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{bytes / factor} {suffix}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes} B");
    }
}
