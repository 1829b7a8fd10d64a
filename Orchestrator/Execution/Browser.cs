using System.ComponentModel;
using System.Diagnostics;

namespace Orchestrator.Execution;

/// <summary>Shows a file in whatever the system opens such files with.</summary>
internal static class Browser
{
    /// <returns>False where there is nothing to open it with, as on a server.</returns>
    public static bool TryOpen(string path)
    {
        var start = new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (OperatingSystem.IsWindows())
            start = new ProcessStartInfo(path) { UseShellExecute = true };
        try
        {
            using var opener = Process.Start(start);
            return opener is not null;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
