// Compiled twice: by MSBuild as an inline task (netstandard2.0, without nullability, NET not defined) and by the tests.
#nullable disable
#if !NET
using System;
using System.Collections.Generic;
using System.IO;
#endif
using System.Text;

namespace Orchestrator.Build;

/// <summary>
/// Makes a shared library that needs libstdc++'s <c>GLIBCXX_3.4.32</c> load where libstdc++ ends earlier.
/// <para>
/// The one symbol that asks for this version is <c>std::ios_base_library_init()</c>. GCC 13's
/// <c>&lt;iostream&gt;</c> references it so that a binary which relies on libstdc++ to set up the standard streams
/// is refused by an older libstdc++ that does not; nobody calls it. The reference is redirected to
/// <c>std::ios_base::Init::Init()</c>, the constructor that existed for the same purpose since
/// <c>GLIBCXX_3.4</c>. A library that uses the standard streams before any other object of the process has set
/// them up would misbehave; libtorch, which is always loaded with it, sets them up.
/// </para>
/// <para>
/// Three places of the file change, none of them its size: the symbol's name in <c>.dynstr</c>, its entry in
/// <c>.gnu.version</c>, and hash and name of the needed version in <c>.gnu.version_r</c>. Undefined symbols are
/// not in <c>.gnu.hash</c>. Layout: System V ABI, chapter 4, and the Linux Standard Base, "Symbol Versioning".
/// </para>
/// </summary>
internal static class SymbolVersionPatch
{
    private const string NeededVersion = "GLIBCXX_3.4.32";
    private const string OlderVersion = "GLIBCXX_3.4";
    private const string NeededSymbol = "_ZSt21ios_base_library_initv";
    private const string OlderSymbol = "_ZNSt8ios_base4InitC1Ev";

    private const uint DynamicSymbols = 11;
    private const uint VersionNeeds = 0x6FFFFFFE;
    private const uint VersionSymbols = 0x6FFFFFFF;
    private const int SymbolSize = 24;

    /// <summary>Patches the bytes of an ELF64 file in place.</summary>
    /// <returns>Whether it was necessary; if not, nothing is changed.</returns>
    /// <exception cref="InvalidDataException">The file is not such a library, or needs the version for more than
    /// the one symbol, so that patching it would be wrong.</exception>
    public static bool Apply(byte[] elf)
    {
        ElfFile file = new ElfFile(elf);
        Section needs = file.Find(VersionNeeds);
        if (needs == null)
            return false;
        List<NeededVersionEntry> versions = [.. file.Versions(needs)];
        NeededVersionEntry newer = versions.Find(entry => entry.Version == NeededVersion);
        if (newer == null)
            return false;
        NeededVersionEntry older =
            versions.Find(entry => entry.Version == OlderVersion && entry.Library == newer.Library)
            ?? throw new InvalidDataException(
                $"{NeededVersion} is needed, but {OlderVersion} is not: there is nothing to redirect to.");

        int symbol = FindTheOnlySymbol(file, newer.Index);
        Rename(file, symbol);
        file.WriteUInt16(file.Require(VersionSymbols, ".gnu.version").Offset + (2 * symbol), older.Index);
        file.WriteUInt32(newer.HashOffset, file.UInt32(older.HashOffset));
        file.WriteUInt32(newer.NameOffset, file.UInt32(older.NameOffset));
        return true;
    }

    /// <summary>Writes the patched copy of a file beside its place and moves it there: what is linked to an
    /// earlier copy keeps that one.</summary>
    public static void Copy(string original, string patched)
    {
        byte[] content = File.ReadAllBytes(original);
        _ = Apply(content);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(patched)));
        string beside = patched + ".new";
        File.WriteAllBytes(beside, content);
        File.Delete(patched);
        File.Move(beside, patched);
    }

    private static int FindTheOnlySymbol(ElfFile file, ushort version)
    {
        Section symbols = file.Require(DynamicSymbols, ".dynsym");
        Section versions = file.Require(VersionSymbols, ".gnu.version");
        List<int> found = new List<int>();
        for (int index = 0; index < symbols.Size / SymbolSize; index++)
        {
            if ((file.UInt16(versions.Offset + (2 * index)) & 0x7FFF) == version)
                found.Add(index);
        }
        if (found.Count != 1 || file.SymbolName(symbols, found[0]) != NeededSymbol)
        {
            List<string> names = found.ConvertAll(index => file.SymbolName(symbols, index));
            throw new InvalidDataException(
                $"{NeededVersion} is needed by [{string.Join(", ", names)}]; "
                + $"only a library that needs it for {NeededSymbol} alone can be patched.");
        }
        return found[0];
    }

    private static void Rename(ElfFile file, int symbol)
    {
        Section symbols = file.Require(DynamicSymbols, ".dynsym");
        uint name = file.UInt32(symbols.Offset + (SymbolSize * symbol));
        for (int index = 0; index < symbols.Size / SymbolSize; index++)
        {
            uint other = file.UInt32(symbols.Offset + (SymbolSize * index));
            if (index != symbol && other >= name && other < name + NeededSymbol.Length)
                throw new InvalidDataException($"Symbol {index} shares its name's bytes with {NeededSymbol}.");
        }
        int offset = file.Strings(symbols).Offset + (int)name;
        if (file.Byte(offset - 1) != 0)
            throw new InvalidDataException($"The name {NeededSymbol} is the tail of a longer one.");
        file.WriteText(offset, OlderSymbol.PadRight(NeededSymbol.Length, '\0'));
    }

    private sealed class Section
    {
        public Section(int offset, int size, uint link, uint info)
        {
            Offset = offset;
            Size = size;
            Link = link;
            Info = info;
        }

        public int Offset { get; }

        public int Size { get; }

        /// <summary>The index of the section with this one's strings.</summary>
        public uint Link { get; }

        /// <summary>In <c>.gnu.version_r</c>: of how many libraries versions are needed.</summary>
        public uint Info { get; }
    }

    private sealed class NeededVersionEntry
    {
        public NeededVersionEntry(string library, string version, int offset, ushort index)
        {
            Library = library;
            Version = version;
            HashOffset = offset;
            NameOffset = offset + 8;
            Index = index;
        }

        public string Library { get; }

        public string Version { get; }

        public int HashOffset { get; }

        public int NameOffset { get; }

        public ushort Index { get; }
    }

    /// <summary>The few structures of a little-endian ELF64 file that matter here; each access is checked.</summary>
    private sealed class ElfFile
    {
        private readonly byte[] _bytes;

        public ElfFile(byte[] bytes)
        {
            _bytes = bytes;
            bool isElf64 = bytes.Length >= 64 && UInt32(0) == 0x464C457F && bytes[4] == 2 && bytes[5] == 1;
            if (!isElf64)
                throw new InvalidDataException("This is not a little-endian ELF64 file.");
        }

        public Section Find(uint type)
        {
            uint count = UInt16(60);
            for (uint index = 0; index < count; index++)
            {
                if (UInt32(Header(index) + 4) == type)
                    return At(index);
            }
            return null;
        }

        public Section Require(uint type, string name) =>
            Find(type) ?? throw new InvalidDataException($"The file has no section {name}.");

        public Section Strings(Section section) => At(section.Link);

        public string SymbolName(Section symbols, int index) =>
            Text(Strings(symbols), UInt32(symbols.Offset + (SymbolSize * index)));

        /// <summary>All versions that are needed, library by library.</summary>
        public IEnumerable<NeededVersionEntry> Versions(Section needs)
        {
            Section strings = Strings(needs);
            int need = needs.Offset;
            for (uint libraries = needs.Info; libraries > 0; libraries--)
            {
                string library = Text(strings, UInt32(need + 4));
                int entry = need + (int)UInt32(need + 8);
                for (int versions = UInt16(need + 2); versions > 0; versions--)
                {
                    yield return new NeededVersionEntry(
                        library, Text(strings, UInt32(entry + 8)), entry, UInt16(entry + 6));
                    entry += (int)UInt32(entry + 12);
                }
                need += (int)UInt32(need + 12);
            }
        }

        public byte Byte(int offset) => _bytes[Checked(offset, 1)];

        public ushort UInt16(int offset) => BitConverter.ToUInt16(_bytes, Checked(offset, 2));

        public uint UInt32(int offset) => BitConverter.ToUInt32(_bytes, Checked(offset, 4));

        public void WriteUInt16(int offset, ushort value) =>
            BitConverter.GetBytes(value).CopyTo(_bytes, Checked(offset, 2));

        public void WriteUInt32(int offset, uint value) =>
            BitConverter.GetBytes(value).CopyTo(_bytes, Checked(offset, 4));

        public void WriteText(int offset, string text) =>
            Encoding.ASCII.GetBytes(text).CopyTo(_bytes, Checked(offset, text.Length));

        private Section At(uint index)
        {
            int header = Header(index);
            return new Section(Int32(header + 24), Int32(header + 32), UInt32(header + 40), UInt32(header + 44));
        }

        private int Header(uint index) => Int32(40) + (UInt16(58) * (int)index);

        /// <summary>A 64-bit offset or size; those of a file that fits an array fit an int.</summary>
        private int Int32(int offset)
        {
            ulong value = BitConverter.ToUInt64(_bytes, Checked(offset, 8));
            return value <= int.MaxValue
                ? (int)value
                : throw new InvalidDataException($"The offset {value} at {offset} lies outside the file.");
        }

        private string Text(Section strings, uint offset)
        {
            int start = Checked(strings.Offset + (int)offset, 1);
            int end = Array.IndexOf(_bytes, (byte)0, start);
            return end < 0
                ? throw new InvalidDataException($"The string at {start} does not end.")
                : Encoding.ASCII.GetString(_bytes, start, end - start);
        }

        private int Checked(int offset, int length) => offset >= 0 && offset <= _bytes.Length - length
            ? offset
            : throw new InvalidDataException($"The file ends before the {length} bytes at {offset}.");
    }
}

#if !NET
/// <summary>The build's way to <see cref="SymbolVersionPatch"/>.</summary>
public sealed class SymbolVersionPatchTask : Microsoft.Build.Utilities.Task
{
    [Microsoft.Build.Framework.Required]
    public string Original { get; set; }

    [Microsoft.Build.Framework.Required]
    public string Patched { get; set; }

    public override bool Execute()
    {
        try
        {
            SymbolVersionPatch.Copy(Original, Patched);
        }
        catch (InvalidDataException refused)
        {
            Log.LogError($"{Original} cannot be patched: {refused.Message}");
        }
        return !Log.HasLoggedErrors;
    }
}
#endif
