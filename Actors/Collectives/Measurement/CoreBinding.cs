using System.Runtime.InteropServices;

namespace Orchestrator.Actors.Collectives.Measurement;

/// <summary>Keeps a thread on one core, so that a measurement does not measure the scheduler.</summary>
internal static partial class CoreBinding
{
    /// <summary>Where each rank can have a core of its own, on Linux; elsewhere nothing happens.</summary>
    public static unsafe void Bind(int rank, int worldSize)
    {
        if (!OperatingSystem.IsLinux() || worldSize > Environment.ProcessorCount)
            return;
        const int bytes = 128;
        byte* allowed = stackalloc byte[bytes];
        if (GetAffinity(0, bytes, allowed) < 0)
            return;
        int[] cores = [.. Enumerable.Range(0, bytes * 8).Where(core => (allowed[core / 8] & (1 << (core % 8))) != 0)];
        if (rank >= cores.Length)
            return;
        byte* own = stackalloc byte[bytes];
        new Span<byte>(own, bytes).Clear();
        own[cores[rank] / 8] = (byte)(1 << (cores[rank] % 8));
        _ = SetAffinity(0, bytes, own);
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int GetAffinity(int thread, nint bytes, byte* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int SetAffinity(int thread, nint bytes, byte* mask);
}
