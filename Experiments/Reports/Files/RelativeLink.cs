namespace Orchestrator.Experiments.Reports.Files;

/// <summary>
/// A path as a link that can only be relative: every segment is escaped, so that no scheme, host or query is left in it.
/// </summary>
internal static class RelativeLink
{
    public static string Of(string path) =>
        string.Join('/', path.Split('/', '\\').Where(segment => segment.Length > 0).Select(Uri.EscapeDataString));
}
