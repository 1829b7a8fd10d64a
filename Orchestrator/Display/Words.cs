using System.Globalization;

namespace Orchestrator.Display;

/// <summary>Numbers as a person reads them.</summary>
internal static class Words
{
    public static string Count(long count, string one) => $"{count:N0} {one}{(count == 1 ? "" : "s")}";

    /// <summary>Two units at most: 42 s, 3 min 20 s, 2 h 05 min.</summary>
    public static string Duration(TimeSpan time)
    {
        long seconds = (long)Math.Round(time.TotalSeconds);
        return seconds switch
        {
            < 60 => $"{seconds} s",
            < 3_600 => $"{seconds / 60} min {seconds % 60:00} s",
            < 86_400 => $"{seconds / 3_600} h {seconds / 60 % 60:00} min",
            _ => $"{seconds / 86_400} d {seconds / 3_600 % 24} h",
        };
    }

    /// <summary>A share as a percentage; everything else with four digits.</summary>
    public static string Metric(string name, double value) => name.EndsWith("-rate", StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.00} %")
        : Number(value);

    public static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    /// <summary>The last part of a metric's name, as words.</summary>
    public static string MetricName(string name) => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..].Replace('-', ' ');
}
