using Orchestrator.Models.Native;

namespace Orchestrator.Models.Tests.Native;

internal sealed class TorchLibrariesTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("torch").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void They_are_loaded_once_the_runtime_is_initialized()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Ignore("Only Linux tells what a process has loaded.");

        Assert.That(TorchLibraries.AreLoaded(), Is.True);
    }

    [Test]
    public void A_missing_library_is_named_with_the_folders_that_were_searched()
    {
        TorchUnavailableException refusal = TorchLibraries.Refusal("libtorch_cpu.so", [_folder, "/nowhere"]);

        Assert.That(refusal.Message, Does.Contain("`libtorch_cpu.so`").And.Contains(_folder).And.Contains("/nowhere"));
    }

    [Test]
    [Platform("Linux")]
    public void A_damaged_library_is_named_with_the_loaders_own_reason()
    {
        string library = Path.Combine(_folder, "libtorch_cpu.so");
        File.WriteAllText(library, new string('x', 4096));

        TorchUnavailableException refusal = TorchLibraries.Refusal("libtorch_cpu.so", [_folder]);

        Assert.That(refusal.Message, Does.Contain($"`{library}` was refused").And.Contains("invalid ELF header"));
        Assert.That(refusal.Message, Does.EndWith("restore and build again."));
    }
}
