using System.Runtime.InteropServices;
using Orchestrator.Models.Native;
using TorchSharp;

namespace Orchestrator.Models.Tests.Native;

internal sealed class TorchRuntimeTests
{
    [Test]
    public void Everybody_who_initializes_gets_the_same_runtime()
    {
        TorchDescription[] seen = new TorchDescription[8];

        Parallel.For(0, seen.Length, index =>
        {
            TorchRuntime.Initialize();
            seen[index] = TorchRuntime.Description;
        });

        Assert.That(seen, Has.All.SameAs(TorchRuntime.Description));
    }

    [Test]
    public void The_description_names_versions_processor_and_path()
    {
        TorchDescription description = TorchRuntime.Description;

        Assert.That(description.LibtorchVersion, Does.StartWith("2."));
        Assert.That(description.TorchSharpVersion, Does.StartWith("0."));
        Assert.That(description.ProcessorVendor, Is.Not.Empty);
        Assert.That(description.ProcessorModel, Is.Not.Empty);
        Assert.That(description.MklDispatch, Does.Match("^(native|mended|off|refused: .+)$"));
    }

    [Test]
    [Platform("Linux")]
    public void Mended_means_that_MKL_holds_the_processor_for_one_of_its_own()
    {
        if (TorchRuntime.Description.MklDispatch != "mended")
            Assert.Ignore($"The path here is `{TorchRuntime.Description.MklDispatch}`.");
        nint libtorch = NativeLibrary.Load("torch_cpu", typeof(torch).Assembly, searchPath: null);

        int[] answers = [Ask(libtorch, "mkl_serv_intel_cpu_true"), Ask(libtorch, "mkl_serv_intel_cpu")];

        Assert.That(answers, Is.EqualTo(new[] { 1, 1 }));
    }

    [Test]
    public void A_training_thread_computes_alone()
    {
        int threads = 0;
        Thread training = new(() =>
        {
            TorchRuntime.UseOneThread();
            threads = torch.get_num_threads();
        });

        training.Start();
        training.Join();

        Assert.That(threads, Is.EqualTo(1));
    }

    [Test]
    [Platform("Linux")]
    public void Idle_threads_sleep_also_as_native_code_sees_it()
    {
        string? seen = Marshal.PtrToStringUTF8(GetEnvironmentVariable("OMP_WAIT_POLICY"));

        Assert.That(seen, Is.EqualTo(Environment.GetEnvironmentVariable("OMP_WAIT_POLICY")).And.Not.Null);
    }

    private static int Ask(nint library, string function) =>
        Marshal.GetDelegateForFunctionPointer<Question>(NativeLibrary.GetExport(library, function))();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Question();

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "getenv")]
    private static extern nint GetEnvironmentVariable([MarshalAs(UnmanagedType.LPUTF8Str)] string name);
}
