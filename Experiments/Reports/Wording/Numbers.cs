using System.Globalization;

namespace Orchestrator.Experiments.Reports.Wording;

/// <summary>Numbers as a person reads them: a true minus, a fixed blank before the unit, a dash where there is none.</summary>
internal static class Numbers
{
    public const string None = "–";

    private const string FixedBlank = "\u00a0";

    public static string Fixed(double value, int decimals)
    {
        if (!double.IsFinite(value)) return None;

        var text = value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var isZero = text.Trim('-').All(c => c is '0' or '.');
        return isZero ? text.TrimStart('-') : text.Replace('-', '−');
    }

    public static string Signed(double value, int decimals)
    {
        var text = Fixed(value, decimals);
        var isZero = text.All(c => c is '0' or '.');
        return isZero || text == None || text[0] == '−' ? text : "+" + text;
    }

    /// <summary>Two digits that matter; below 0.001 only that it is below.</summary>
    public static string P(double p) => p switch
    {
        < 0.001 => "<" + FixedBlank + "0.001",
        < 0.0995 => Fixed(p, 3),
        _ => Fixed(p, 2),
    };

    /// <summary>`p = 0.031`, or that it lies below 0.001.</summary>
    public static string PEquals(double p) => "p" + FixedBlank + (p < 0.001 ? "" : "=" + FixedBlank) + P(p);

    public static string Count(double? value) => value is { } v ? Fixed(Math.Round(v), 0) : None;

    public static string Percent(double? share, int decimals = 1) =>
        share is { } s ? Fixed(100 * s, decimals) + FixedBlank + "%" : None;

    /// <summary>`9.6×`, `1.02×`: hundredths matter near 1 only.</summary>
    public static string Times(double ratio) => Fixed(ratio, ratio < 1.995 ? 2 : ratio < 99.95 ? 1 : 0) + "×";

    /// <summary>Decimal units, as disks are sold.</summary>
    public static string Bytes(double? bytes) => bytes switch
    {
        null => None,
        < 1e3 => Fixed(bytes.Value, 0) + FixedBlank + "B",
        < 1e6 => Fixed(bytes.Value / 1e3, 1) + FixedBlank + "kB",
        < 1e9 => Fixed(bytes.Value / 1e6, 2) + FixedBlank + "MB",
        _ => Fixed(bytes.Value / 1e9, 2) + FixedBlank + "GB",
    };

    public static string Seconds(double? seconds) => seconds switch
    {
        null => None,
        < 120 => Fixed(seconds.Value, 1) + FixedBlank + "s",
        < 7200 => Fixed(seconds.Value / 60, 1) + FixedBlank + "min",
        _ => Fixed(seconds.Value / 3600, 1) + FixedBlank + "h",
    };

    /// <summary>Short, for axes and labels: 950, 12.3k, 1.2M.</summary>
    public static string Short(double value) => Math.Abs(value) switch
    {
        >= 1e9 => Trim(value / 1e9) + "G",
        >= 1e6 => Trim(value / 1e6) + "M",
        >= 1e3 => Trim(value / 1e3) + "k",
        _ => Trim(value),
    };

    private static string Trim(double value) =>
        value.ToString(Math.Abs(value) >= 100 ? "0" : "0.##", CultureInfo.InvariantCulture).Replace('-', '−');
}
