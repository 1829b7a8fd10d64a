using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Orchestrator.Models.Native;

/// <summary>What matters here of the processor that we run on.</summary>
/// <param name="HasAvx2">Whether AVX2 and FMA are there and the operating system saves their registers. Independent of
/// the runtime's own switches, which hide instructions from C# but not from libtorch.</param>
internal sealed record Processor(string Vendor, string Model, bool HasAvx2)
{
    private const string Unknown = "unknown";

    /// <summary>The first of CPUID's extended leaves.</summary>
    private const int Extended = unchecked((int)0x80000000);

    public bool IsIntel => Vendor == "GenuineIntel";

    public static Processor Current() =>
        OperatingSystem.IsLinux() && File.Exists("/proc/cpuinfo") ? FromCpuInfo(File.ReadAllText("/proc/cpuinfo"))
        : X86Base.IsSupported ? FromCpuId()
        : new Processor(Unknown, Unknown, HasAvx2: false);

    /// <param name="text">The content of <c>/proc/cpuinfo</c>; the first processor counts.</param>
    public static Processor FromCpuInfo(string text)
    {
        return new Processor(Field("vendor_id"), Field("model name"), Flags().IsSupersetOf(["avx2", "fma"]));

        string Field(string name) => text.Split('\n')
            .Select(line => line.Split(':', 2))
            .FirstOrDefault(pair => pair.Length == 2 && pair[0].Trim() == name)?[1].Trim() ?? Unknown;

        HashSet<string> Flags() => [.. Field("flags").Split(' ')];
    }

    /// <summary>Intel SDM, volume 2, CPUID: leaf 0 holds the vendor (EBX, EDX, ECX), 80000002h to 80000004h the name.
    /// </summary>
    private static Processor FromCpuId()
    {
        (_, int ebx, int ecx, int edx) = X86Base.CpuId(0, 0);
        int last = X86Base.CpuId(Extended, 0).Eax;
        string model = last < Extended + 4
            ? Unknown
            : string.Concat(Enumerable.Range(2, 3).Select(leaf => Letters(X86Base.CpuId(Extended + leaf, 0))));
        return new Processor(Letters((ebx, edx, ecx, 0)), model.Trim(), Avx2.IsSupported && Fma.IsSupported);
    }

    private static string Letters((int A, int B, int C, int D) registers)
    {
        int[] values = [registers.A, registers.B, registers.C, registers.D];
        return System.Text.Encoding.ASCII.GetString(MemoryMarshal.AsBytes<int>(values)).TrimEnd('\0');
    }
}
