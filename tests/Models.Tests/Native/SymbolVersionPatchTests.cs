using System.Reflection;
using System.Runtime.InteropServices;
using Orchestrator.Build;
using TorchSharp;

namespace Orchestrator.Models.Tests.Native;

internal sealed class SymbolVersionPatchTests
{
    private const string Initializer = "_ZSt21ios_base_library_initv";
    private static readonly string[] Versions = ["GLIBCXX_3.4.32", "GLIBCXX_3.4", "GLIBCXX_3.4.29"];

    [Test]
    public void The_symbol_that_nobody_calls_is_redirected_and_the_others_stay()
    {
        byte[] elf = TinyElf.Build(
            Versions, ("puts", "GLIBCXX_3.4.29"), (Initializer, "GLIBCXX_3.4.32"), ("cout", "GLIBCXX_3.4"));

        bool patched = SymbolVersionPatch.Apply(elf);

        Assert.That(patched, Is.True);
        Assert.That(TinyElf.Read(elf).Symbols, Is.EqualTo(new[]
        {
            ("puts", "GLIBCXX_3.4.29"), ("_ZNSt8ios_base4InitC1Ev", "GLIBCXX_3.4"), ("cout", "GLIBCXX_3.4"),
        }));
    }

    [Test]
    public void The_newer_version_is_no_longer_asked_for()
    {
        byte[] elf = TinyElf.Build(Versions, (Initializer, "GLIBCXX_3.4.32"));

        _ = SymbolVersionPatch.Apply(elf);

        Assert.That(TinyElf.Read(elf).Hashes, Is.EquivalentTo(new Dictionary<string, uint>
        {
            ["GLIBCXX_3.4"] = 0x08922974,
            ["GLIBCXX_3.4.29"] = TinyElf.Hash("GLIBCXX_3.4.29"),
        }));
    }

    [Test]
    public void A_patched_file_is_not_patched_again()
    {
        byte[] elf = TinyElf.Build(Versions, (Initializer, "GLIBCXX_3.4.32"));
        _ = SymbolVersionPatch.Apply(elf);
        byte[] once = [.. elf];

        bool again = SymbolVersionPatch.Apply(elf);

        Assert.That(again, Is.False);
        Assert.That(elf, Is.EqualTo(once));
    }

    [Test]
    public void A_file_that_does_not_need_the_version_stays_as_it_is()
    {
        byte[] elf = TinyElf.Build(["GLIBCXX_3.4"], ("cout", "GLIBCXX_3.4"));
        byte[] before = [.. elf];

        bool patched = SymbolVersionPatch.Apply(elf);

        Assert.That(patched, Is.False);
        Assert.That(elf, Is.EqualTo(before));
    }

    [Test]
    public void A_second_symbol_of_the_version_is_refused_by_name()
    {
        byte[] elf = TinyElf.Build(Versions, (Initializer, "GLIBCXX_3.4.32"), ("called", "GLIBCXX_3.4.32"));

        Assert.That(() => SymbolVersionPatch.Apply(elf),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("called"));
    }

    [Test]
    public void Another_symbol_of_the_version_is_refused()
    {
        byte[] elf = TinyElf.Build(Versions, ("called", "GLIBCXX_3.4.32"));

        Assert.That(() => SymbolVersionPatch.Apply(elf), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void Without_the_older_version_there_is_nothing_to_redirect_to()
    {
        byte[] elf = TinyElf.Build(["GLIBCXX_3.4.32"], (Initializer, "GLIBCXX_3.4.32"));

        Assert.That(() => SymbolVersionPatch.Apply(elf),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("redirect"));
    }

    [Test]
    public void A_file_that_ends_too_early_is_refused_wherever_it_ends()
    {
        byte[] elf = TinyElf.Build(Versions, (Initializer, "GLIBCXX_3.4.32"));

        for (int length = 0; length < elf.Length - 16; length++)
        {
            byte[] start = elf[..length];
            Assert.That(() => SymbolVersionPatch.Apply(start),
                Throws.TypeOf<InvalidDataException>(), $"{length} bytes");
        }
    }

    [Test]
    public void A_copy_replaces_an_earlier_one_without_writing_into_it()
    {
        string folder = Directory.CreateTempSubdirectory("patch").FullName;
        string original = Path.Combine(folder, "original.so");
        string patched = Path.Combine(folder, "obj", "patched.so");
        byte[] elf = TinyElf.Build(Versions, (Initializer, "GLIBCXX_3.4.32"));
        File.WriteAllBytes(original, elf);
        SymbolVersionPatch.Copy(original, patched);

        using (FileStream linked = File.OpenRead(patched))
        {
            File.WriteAllBytes(original, TinyElf.Build(["GLIBCXX_3.4"], ("cout", "GLIBCXX_3.4")));
            SymbolVersionPatch.Copy(original, patched);

            Assert.That(linked.Length, Is.EqualTo(elf.Length));
        }
        Assert.That(File.ReadAllBytes(patched), Is.EqualTo(File.ReadAllBytes(original)));
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    [Platform("Linux")]
    public void The_library_beside_this_test_is_the_packages_own_but_for_the_redirected_symbol()
    {
        byte[] original = File.ReadAllBytes(PackagesOwnLibrary());
        byte[] deployed = File.ReadAllBytes(
            Path.Combine(AppContext.BaseDirectory, "runtimes/linux-x64/native/libLibTorchSharp.so"));
        byte[] expected = [.. original];

        bool patched = SymbolVersionPatch.Apply(expected);

        Assert.That(patched, Is.True,
            "The package's own file no longer needs the patch, or something has written into the cache.");
        Assert.That(deployed.AsSpan().SequenceEqual(expected), Is.True);
        Assert.That(original.Zip(deployed).Count(pair => pair.First != pair.Second),
            Is.InRange(1, Initializer.Length + 2 + 8));
    }

    [Test]
    [Platform("Linux")]
    public void The_patched_library_loads()
    {
        nint library = NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, searchPath: null);

        Assert.That(NativeLibrary.TryGetExport(library, "THSTorch_manual_seed", out _), Is.True);
    }

    private static string PackagesOwnLibrary()
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string version = typeof(torch).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        string library = Path.Combine(packages, "torchsharp", version, "runtimes/linux-x64/native/libLibTorchSharp.so");
        if (!File.Exists(library))
            Assert.Ignore($"The package's own file is not at `{library}`.");
        return library;
    }
}
