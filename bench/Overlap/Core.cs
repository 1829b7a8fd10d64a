using System.Runtime.InteropServices;

namespace Orchestrator.Bench.Overlap;

internal static partial class Core
{
    /// <summary>Binds the calling thread, and those that it starts, to one processor.</summary>
    public static void Pin(int processor)
    {
        Span<ulong> mask = stackalloc ulong[16];
        mask.Clear();
        mask[processor / 64] = 1UL << (processor % 64);
        if (SetAffinity(0, (nuint)(mask.Length * sizeof(ulong)), in mask[0]) != 0)
            throw new InvalidOperationException($"The thread cannot be bound to processor {processor}.");
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint size, in ulong mask);
}
