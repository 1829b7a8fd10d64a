using System.Runtime.InteropServices;
using Orchestrator.Models.Native;
using TorchSharp;

namespace Orchestrator.Models.Tests.Native;

internal sealed class MklDispatchTests
{
    private static readonly Processor Amd = new("AuthenticAMD", "AMD EPYC", HasAvx2: true);

    [Test]
    public void It_is_mended_on_other_vendors_processors_with_the_features([Values(null, "", "on")] string? setting) =>
        Assert.That(MklDispatch.WhyNot(setting, Amd, isLinuxX64: true, wasLoaded: false), Is.Null);

    [Test]
    public void An_Intel_processor_needs_nothing() =>
        Assert.That(PathOn(Amd with { Vendor = "GenuineIntel" }), Is.EqualTo("native"));

    [Test]
    public void Without_the_features_nothing_is_mended() =>
        Assert.That(PathOn(Amd with { HasAvx2 = false }), Is.EqualTo("native"));

    [Test]
    public void Other_platforms_are_left_alone() =>
        Assert.That(MklDispatch.WhyNot(null, Amd, isLinuxX64: false, wasLoaded: false), Is.EqualTo("native"));

    [Test]
    public void The_switch_turns_it_off() =>
        Assert.That(MklDispatch.WhyNot("off", Amd, isLinuxX64: true, wasLoaded: false), Is.EqualTo("off"));

    [Test]
    public void A_misspelt_switch_is_refused() =>
        Assert.That(() => MklDispatch.WhyNot("of", Amd, isLinuxX64: true, wasLoaded: false),
            Throws.TypeOf<TorchUnavailableException>().With.Message.Contains("`of`"));

    [Test]
    public void A_libtorch_that_was_in_use_is_not_changed_under_way() =>
        Assert.That(MklDispatch.WhyNot(null, Amd, isLinuxX64: true, wasLoaded: true), Does.StartWith("refused: "));

    [Test]
    [Platform("Linux")]
    public void A_library_without_the_functions_stays_as_it_is() =>
        Assert.That(MklDispatch.Mend(NativeLibrary.Load("libm.so.6"), _ => true),
            Is.EqualTo("refused: libtorch does not export `mkl_serv_intel_cpu_true`"));

    [Test]
    [Platform("Linux")]
    public void A_wrong_product_is_taken_back()
    {
        Queue<bool> answers = new([false, true]);

        string path = MklDispatch.Mend(Libtorch(), _ => answers.Dequeue());

        Assert.That(path, Does.StartWith("refused: ").And.Contains("product"));
    }

    [Test]
    [Platform("Linux")]
    public void A_product_that_stays_wrong_stops_everything() =>
        Assert.That(() => MklDispatch.Mend(Libtorch(), _ => false),
            Throws.TypeOf<TorchUnavailableException>().With.Message.Contains(MklDispatch.Variable));

    [Test]
    public void The_product_of_this_machine_passes() =>
        Assert.That(ProductSelfTest.Passes(MklDispatch.Multiply), Is.True);

    private static string? PathOn(Processor processor) =>
        MklDispatch.WhyNot(null, processor, isLinuxX64: true, wasLoaded: false);

    /// <summary>Its two functions are as the initialization left them after each test here.</summary>
    private static nint Libtorch() => NativeLibrary.Load("torch_cpu", typeof(torch).Assembly, searchPath: null);
}
