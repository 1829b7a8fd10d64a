using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Orchestrator.Models.Tests.Data;

/// <summary>Makes sound files and archives of them, whole or broken.</summary>
internal static class Wav
{
    public static byte[] Of(short[] samples) => File(Format(), Data(samples));

    public static byte[] File(params byte[][] chunks)
    {
        byte[] body = [.. "WAVE"u8, .. chunks.SelectMany(chunk => chunk)];
        return [.. "RIFF"u8, .. Number((uint)body.Length), .. body];
    }

    public static byte[] Chunk(string id, byte[] body) =>
        [.. Encoding.ASCII.GetBytes(id), .. Number((uint)body.Length), .. body, .. new byte[body.Length % 2]];

    public static byte[] Format() => Chunk("fmt ", FormatBody());

    public static byte[] FormatBody(ushort format = 1, ushort channels = 1, uint rate = 8_000, ushort bits = 16) =>
        [.. Short(format), .. Short(channels), .. Number(rate), .. Number(rate * channels * bits / 8), .. Short((ushort)(channels * bits / 8)), .. Short(bits)];

    public static byte[] Data(short[] samples) => Chunk("data", [.. samples.SelectMany(sample => Short((ushort)sample))]);

    /// <summary>A gzipped tar archive of these members, in this order.</summary>
    public static byte[] Archive(params (string Name, byte[] Content)[] members)
    {
        using var packed = new MemoryStream();
        using (var zipped = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var writer = new TarWriter(zipped, TarEntryFormat.Ustar))
        {
            foreach ((string name, byte[] content) in members)
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            }
        }

        return packed.ToArray();
    }

    private static byte[] Number(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Short(ushort value) => [(byte)value, (byte)(value >> 8)];
}
