using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Models.Tests.Native;

/// <summary>
/// A shared library of five sections and nothing else: enough for its needed symbol versions to be read and written.
/// Version indices are those of the list's order, from 2 on, as a linker numbers them.
/// </summary>
internal sealed class TinyElf
{
    private const int HeaderSize = 64;
    private const int SymbolSize = 24;

    private readonly MemoryStream _content = new();
    private readonly MemoryStream _strings = new();

    private TinyElf()
    {
        _strings.WriteByte(0);
    }

    /// <param name="versions">The versions that are needed of <c>libstdc++.so.6</c>.</param>
    /// <param name="symbols">The undefined symbols, each with the version that it needs.</param>
    public static byte[] Build(string[] versions, params (string Name, string Version)[] symbols) =>
        new TinyElf().Write(versions, symbols);

    /// <summary>The undefined symbols with their versions, and the hashes of all versions, as a loader sees them.
    /// </summary>
    public static (List<(string Name, string Version)> Symbols, Dictionary<string, uint> Hashes) Read(byte[] elf)
    {
        (int symbols, int size) = Section(elf, 1);
        (int strings, _) = Section(elf, 2);
        (int versions, _) = Section(elf, 3);
        (int needs, _) = Section(elf, 4);
        Dictionary<int, string> names = [];
        Dictionary<string, uint> hashes = [];
        for (int entry = needs + 16, left = U16(elf, needs + 2); left > 0; entry += 16, left--)
        {
            string name = Text(elf, strings + (int)U32(elf, entry + 8));
            names[U16(elf, entry + 6)] = name;
            hashes[name] = U32(elf, entry);
        }
        IEnumerable<(string, string)> read = Enumerable.Range(1, (size / SymbolSize) - 1).Select(index => (
            Text(elf, strings + (int)U32(elf, symbols + (SymbolSize * index))),
            names[U16(elf, versions + (2 * index))]));
        return ([.. read], hashes);
    }

    /// <summary>System V ABI, "Hash Table".</summary>
    public static uint Hash(string name) => name.Aggregate(0u, (hash, letter) =>
    {
        hash = (hash << 4) + letter;
        uint high = hash & 0xF0000000;
        return (hash ^ (high >> 24)) & ~high;
    });

    private byte[] Write(string[] versions, (string Name, string Version)[] symbols)
    {
        _content.Write(new byte[HeaderSize]);
        (int Offset, int Size) symbolTable = Append(
            [.. new byte[SymbolSize], .. symbols.SelectMany(symbol => Symbol(symbol.Name))]);
        (int Offset, int Size) versionTable = Append(
            [
                .. new byte[2],
                .. symbols.SelectMany(symbol => Bytes((ushort)(2 + Array.IndexOf(versions, symbol.Version)))),
            ]);
        (int Offset, int Size) needTable = Append(Needs(versions));
        (int Offset, int Size) stringTable = Append(_strings.ToArray());
        (int headers, _) = Append(
        [
            .. new byte[HeaderSize],
            .. SectionHeader(type: 11, symbolTable, link: 2, info: 1),
            .. SectionHeader(type: 3, stringTable, link: 0, info: 0),
            .. SectionHeader(type: 0x6FFFFFFF, versionTable, link: 1, info: 0),
            .. SectionHeader(type: 0x6FFFFFFE, needTable, link: 2, info: 1),
        ]);
        byte[] elf = _content.ToArray();
        new byte[] { 0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1 }.CopyTo(elf, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(elf.AsSpan(40), (ulong)headers);
        BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(58), HeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(60), 5);
        return elf;
    }

    private byte[] Symbol(string name) => [.. Bytes(String(name)), .. new byte[SymbolSize - 4]];

    private byte[] Needs(string[] versions)
    {
        byte[] library =
        [
            .. Bytes((ushort)1), .. Bytes((ushort)versions.Length),
            .. Bytes(String("libstdc++.so.6")), .. Bytes(16u), .. Bytes(0u),
        ];
        IEnumerable<byte> entries = versions.SelectMany((version, index) => new byte[][]
        {
            Bytes(Hash(version)),
            Bytes((ushort)0),
            Bytes((ushort)(2 + index)),
            Bytes(String(version)),
            Bytes(index + 1 < versions.Length ? 16u : 0u),
        }).SelectMany(bytes => bytes);
        return [.. library, .. entries];
    }

    private static byte[] SectionHeader(uint type, (int Offset, int Size) place, uint link, uint info) =>
    [
        .. Bytes(0u), .. Bytes(type), .. new byte[16], .. Bytes((ulong)place.Offset), .. Bytes((ulong)place.Size),
        .. Bytes(link), .. Bytes(info), .. new byte[16],
    ];

    private (int Offset, int Size) Append(byte[] bytes)
    {
        int offset = (int)_content.Length;
        _content.Write(bytes);
        return (offset, bytes.Length);
    }

    private uint String(string text)
    {
        uint offset = (uint)_strings.Length;
        _strings.Write([.. Encoding.ASCII.GetBytes(text), 0]);
        return offset;
    }

    private static byte[] Bytes(ushort value) => BitConverter.GetBytes(value);

    private static byte[] Bytes(uint value) => BitConverter.GetBytes(value);

    private static byte[] Bytes(ulong value) => BitConverter.GetBytes(value);

    private static (int Offset, int Size) Section(byte[] elf, int index)
    {
        int header = (int)BinaryPrimitives.ReadUInt64LittleEndian(elf.AsSpan(40)) + (HeaderSize * index);
        return ((int)BinaryPrimitives.ReadUInt64LittleEndian(elf.AsSpan(header + 24)),
            (int)BinaryPrimitives.ReadUInt64LittleEndian(elf.AsSpan(header + 32)));
    }

    private static ushort U16(byte[] elf, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(offset));

    private static uint U32(byte[] elf, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(elf.AsSpan(offset));

    private static string Text(byte[] elf, int offset) =>
        Encoding.ASCII.GetString(elf.AsSpan(offset, elf.AsSpan(offset).IndexOf((byte)0)));
}
