using System.Runtime.InteropServices;
using TorchSharp;

namespace Orchestrator.Models.Native;

/// <summary>
/// Has MKL, which is linked into libtorch, choose its code by the processor's features instead of its vendor.
/// <para>
/// MKL asks <c>mkl_serv_intel_cpu_true()</c> and falls back to a slower path where it answers 0, though it checks the
/// features separately. Both functions of this kind are exported symbols; they are made to return 1, in memory, for
/// this process, before the first product (after which MKL remembers its choice). One thread, float32, a 2048×256×768
/// product: 110 to 270 GFLOP/s on an AMD EPYC with full-width AVX-512; 88 to 107 on one of family 25, model 17, whose
/// units are half as wide. The path taken is the one that Intel processors with the same features get; it may differ
/// from the slower one in rounding, so that reports name the path.
/// </para>
/// </summary>
internal static class MklDispatch
{
    public const string Variable = "ORCHESTRATOR_MKL_DISPATCH";

    private const string Native = "native";
    private const string Mended = "mended";
    private const string Off = "off";
    private static readonly string[] VendorChecks = ["mkl_serv_intel_cpu_true", "mkl_serv_intel_cpu"];

    /// <returns>The path that runs, in the words of <see cref="TorchDescription.MklDispatch"/>.</returns>
    /// <exception cref="TorchUnavailableException">The setting is unknown, or products are wrong on this machine.
    /// </exception>
    public static string Apply(nint libtorch, Processor processor, bool wasLoaded)
    {
        bool isLinuxX64 = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;
        return WhyNot(Environment.GetEnvironmentVariable(Variable), processor, isLinuxX64, wasLoaded)
            ?? Mend(libtorch, ProductSelfTest.Passes);
    }

    /// <summary>The path that runs if nothing is to be mended, else null.</summary>
    internal static string? WhyNot(string? setting, Processor processor, bool isLinuxX64, bool wasLoaded)
    {
        return setting switch
        {
            Off => Off,
            not (null or "" or "on") => throw new TorchUnavailableException(
                $"The environment variable {Variable} is `{setting}`. Allowed are `on` and `off`."),
            _ when !isLinuxX64 || processor.IsIntel || !processor.HasAvx2 => Native,
            _ when wasLoaded => Refused("libtorch was in use before it was initialized"),
            _ => null,
        };
    }

    /// <param name="passes">The self-test, given libtorch's product.</param>
    internal static string Mend(nint libtorch, Func<Func<float[], float[], float[]>, bool> passes)
    {
        List<FunctionOverride> overrides = [];
        foreach (string name in VendorChecks)
        {
            if (!NativeLibrary.TryGetExport(libtorch, name, out nint function))
                return Undo($"libtorch does not export `{name}`");
            if (!FunctionOverride.TryReturnOne(function, out FunctionOverride? done, out string refusal))
                return Undo($"the memory of `{name}` cannot be written: {refusal}");
            overrides.Add(done);
        }
        return passes(Multiply) ? Mended : AfterFailure();

        string Undo(string why)
        {
            overrides.ForEach(function => function.Revert());
            return Refused(why);
        }

        // MKL may remember the path that failed; to compute on with it would be wrong silently.
        string AfterFailure()
        {
            string path = Undo("a product differed from its reference");
            return passes(Multiply)
                ? path
                : throw new TorchUnavailableException(
                    "libtorch's products differ from their reference on this machine. "
                    + $"Set {Variable}=off and start again.");
        }
    }

    /// <summary>libtorch's product, in the shape of <see cref="ProductSelfTest"/>.</summary>
    internal static float[] Multiply(float[] left, float[] right)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor a = torch.tensor(left).reshape(ProductSelfTest.Rows, ProductSelfTest.Inner);
        torch.Tensor b = torch.tensor(right).reshape(ProductSelfTest.Inner, ProductSelfTest.Columns);
        return a.mm(b).data<float>().ToArray();
    }

    private static string Refused(string why) => $"refused: {why}";
}
