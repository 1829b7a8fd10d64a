using Orchestrator.Models.Native;

namespace Orchestrator.Models.Tests.Native;

internal sealed class ProcessorTests
{
    private const string Epyc = """
        processor	: 0
        vendor_id	: AuthenticAMD
        model		: 17
        model name	: AMD EPYC 9B14: a name
        flags		: fpu fma avx avx2 avx512f

        processor	: 1
        vendor_id	: Other
        """;

    [Test]
    public void The_first_processor_counts() =>
        Assert.That(Processor.FromCpuInfo(Epyc),
            Is.EqualTo(new Processor("AuthenticAMD", "AMD EPYC 9B14: a name", HasAvx2: true)));

    [Test]
    public void AVX2_without_FMA_is_not_enough() =>
        Assert.That(Processor.FromCpuInfo(Epyc.Replace(" fma", "", StringComparison.Ordinal)).HasAvx2, Is.False);

    [Test]
    public void What_is_not_said_is_unknown() =>
        Assert.That(Processor.FromCpuInfo("processor\t: 0\nBogoMIPS\t: 50.00"),
            Is.EqualTo(new Processor("unknown", "unknown", HasAvx2: false)));

    [Test]
    public void This_machine_has_a_processor() =>
        Assert.That(Processor.Current().Vendor, Is.Not.Empty);
}
