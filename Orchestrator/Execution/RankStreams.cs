using System.Runtime.InteropServices;

namespace Orchestrator.Execution;

/// <summary>The pipes of a process that trains a rank: what it reads from its worker and what it writes to it.</summary>
internal static partial class RankStreams
{
    private const int StandardOutput = 1;
    private const int StandardError = 2;

    public static Stream OpenInput() => Console.OpenStandardInput();

    /// <summary>
    /// Takes standard output for the worker alone: whatever else is printed from here on, by native libraries, too, goes to
    /// standard error, which the worker puts into the log.
    /// </summary>
    public static Stream TakeOutput()
    {
        if (OperatingSystem.IsWindows())
        {
            Stream output = Console.OpenStandardOutput();
            Console.SetOut(Console.Error);
            return output;
        }

        int taken = Duplicate(StandardOutput);
        if (taken < 0 || Duplicate(StandardError, StandardOutput) < 0)
            throw new IOException($"Standard output cannot be had: error {Marshal.GetLastPInvokeError()}.");
        return new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(taken, ownsHandle: true), FileAccess.Write, bufferSize: 0);
    }

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Duplicate(int descriptor, int target);
}
