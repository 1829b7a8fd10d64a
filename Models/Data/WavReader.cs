using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Orchestrator.Models.Data;

/// <summary>Sound as it was recorded: 16-bit mono samples.</summary>
internal sealed record Waveform(int SampleRate, short[] Samples);

/// <summary>
/// Reads RIFF WAVE files of 16-bit mono PCM. Chunks are walked by their sizes, unknown ones are skipped, and no size
/// is believed that the file does not hold: what is cut off or odd is a <see cref="DataException"/>.
/// </summary>
internal static class WavReader
{
    private const int Pcm = 1;
    private const int Extensible = 0xFFFE;
    private const int SampleRateMax = 192_000;

    /// <summary>Real files have a handful; a file of nothing but empty chunks must not be walked for long.</summary>
    private const int ChunksMax = 64;

    /// <param name="name">What an error message calls the file.</param>
    public static Waveform Read(string name, ReadOnlySpan<byte> file)
    {
        if (file.Length < 12 || !file[..4].SequenceEqual("RIFF"u8) || !file[8..12].SequenceEqual("WAVE"u8))
        {
            throw DataException.Malformed(name, "it does not begin with a RIFF WAVE header.");
        }

        int? sampleRate = null;
        int at = 12;
        for (int chunk = 0; chunk < ChunksMax && file.Length - at >= 8; chunk++)
        {
            ReadOnlySpan<byte> id = file.Slice(at, 4);
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);
            at += 8;
            if (size > (uint)(file.Length - at))
            {
                throw DataException.Malformed(
                    name, $"a chunk claims {size:N0} bytes where {file.Length - at:N0} are left: the file is truncated.");
            }

            ReadOnlySpan<byte> body = file.Slice(at, (int)size);
            if (id.SequenceEqual("fmt "u8))
            {
                sampleRate = ReadFormat(name, body);
            }
            else if (id.SequenceEqual("data"u8))
            {
                return new Waveform(
                    sampleRate ?? throw DataException.Malformed(name, "its samples come before their format."),
                    ReadSamples(name, body));
            }

            // Chunks are padded to even sizes; the padding byte after the last one is often left out.
            at = (int)Math.Min((long)at + size + (size & 1), file.Length);
        }

        throw DataException.Malformed(name, "it has no chunk of samples.");
    }

    private static int ReadFormat(string name, ReadOnlySpan<byte> body)
    {
        if (body.Length < 16)
        {
            throw DataException.Malformed(name, $"its format chunk has {body.Length} bytes; at least 16 are needed.");
        }

        int format = BinaryPrimitives.ReadUInt16LittleEndian(body);
        if (format == Extensible && body.Length >= 26)
        {
            format = BinaryPrimitives.ReadUInt16LittleEndian(body[24..]);
        }

        int channels = BinaryPrimitives.ReadUInt16LittleEndian(body[2..]);
        uint sampleRate = BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(body[14..]);
        return format == Pcm && channels == 1 && bits == 16 && sampleRate is > 0 and <= SampleRateMax
            ? (int)sampleRate
            : throw DataException.Malformed(
                name, $"format {format}, {channels} channels, {bits} bits, {sampleRate:N0} Hz; only mono PCM of 16 bits is read.");
    }

    private static short[] ReadSamples(string name, ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty || body.Length % 2 != 0)
        {
            throw DataException.Malformed(name, $"{body.Length:N0} bytes are no whole number of 16-bit samples.");
        }

        short[] samples = MemoryMarshal.Cast<byte, short>(body).ToArray();
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(samples, samples);
        }

        return samples;
    }
}
