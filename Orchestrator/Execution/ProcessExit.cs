using System.Runtime.InteropServices;

namespace Orchestrator.Execution;

/// <summary>The way out that waits for nobody: no exit handlers, no other threads, no native destructors under running ones.</summary>
internal static partial class ProcessExit
{
    private const string ShowCursor = "\u001b[?25h";

    public static void Now(int code)
    {
        if (!Console.IsOutputRedirected)
            Console.Out.Write(ShowCursor); // a live table hides it
        if (OperatingSystem.IsWindows())
            Environment.Exit(code);
        else
            LeaveAtOnce(code);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void LeaveAtOnce(int code);
}
