using System.Reflection;
using TorchSharp;

namespace Orchestrator.Models.Native;

/// <summary>
/// Brings libtorch up, once per process and before anything else uses it. Every entry point that computes calls
/// <see cref="Initialize"/> first; whoever touches <c>torch</c> before that gets a slower libtorch, which
/// <see cref="Description"/> then says.
/// </summary>
public static class TorchRuntime
{
    private static readonly Lazy<TorchDescription> Started = new(Start);

    /// <summary>What runs here, for the machine section of a report. Initializes if that has not happened.</summary>
    /// <exception cref="TorchUnavailableException">libtorch does not run on this machine.</exception>
    public static TorchDescription Description => Started.Value;

    /// <summary>
    /// Loads libtorch with idle OpenMP threads that sleep, and has MKL use the processor's full instruction set.
    /// May be called from any thread, any number of times; all but the first call are free.
    /// </summary>
    /// <exception cref="TorchUnavailableException">libtorch does not run on this machine.</exception>
    public static void Initialize() => _ = Started.Value;

    /// <summary>
    /// Has libtorch compute on the calling thread alone from here on: to be called first on a thread that trains.
    /// The setting belongs to the thread, and <c>backward</c> stays on it. The inter-op pool needs no setting: it
    /// starts its threads on first use, and nothing here uses it.
    /// </summary>
    /// <exception cref="TorchUnavailableException">libtorch does not run on this machine.</exception>
    public static void UseOneThread()
    {
        Initialize();
        torch.set_num_threads(1);
    }

    private static TorchDescription Start()
    {
        bool wasLoaded = TorchLibraries.AreLoaded();
        OpenMp.LetIdleThreadsSleep();
        nint libtorch = TorchLibraries.Load();
        Processor processor = Processor.Current();
        string dispatch = MklDispatch.Apply(libtorch, processor, wasLoaded);
        SettleMkl();
        string torchSharp = typeof(torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0] ?? "unknown";
        return new TorchDescription(torch.__version__, torchSharp, processor.Vendor, processor.Model, dispatch);
    }

    /// <summary>
    /// MKL chooses its code at the first call, and a second thread that calls meanwhile may be given other code, for that
    /// call alone: where two threads began with a tanh at the same moment, one of them got other bits in 2 of 210 processes.
    /// So the first calls, a product and functions of vectors, are made here, before there are threads.
    /// </summary>
    private static void SettleMkl()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using torch.Tensor ones = torch.ones(16, 16);
        _ = ones.matmul(ones);
        _ = ones.tanh();
        _ = ones.exp();
        _ = ones.log();
        _ = ones.sqrt();
    }
}
