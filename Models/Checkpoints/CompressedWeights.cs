using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace Orchestrator.Models.Checkpoints;

/// <summary>
/// Weights with the zeros left out, to be stored or sent: what a pruned network really takes. Little-endian:
/// <code>
///   8 bytes   "ORCHSPW" and the version, 1
///   u32       number of arrays
///   each      u16 length of the name, the name in UTF-8
///             u8 number of dimensions, u32 each dimension
///             u8 form: 0 dense, 1 bitmap
///             dense   float32 for each element, row-major
///             bitmap  one bit per element, least bit first, padded to a whole byte: 1 where the element is not +0;
///                     then float32 for each 1
/// </code>
/// Each array takes the smaller form: the bitmap pays from a sparsity of 1/32 on. Exact: every bit of every number comes
/// back, −0 included.
/// </summary>
public static class CompressedWeights
{
    private const byte Dense = 0;
    private const byte Bitmap = 1;

    private static ReadOnlySpan<byte> Magic => "ORCHSPW\u0001"u8;

    /// <param name="tensors">All F32.</param>
    public static void Write(Stream stream, IReadOnlyCollection<SafeTensor> tensors)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write((uint)tensors.Count);
        foreach (SafeTensor tensor in tensors)
        {
            byte[] name = Encoding.UTF8.GetBytes(tensor.Name);
            writer.Write(checked((ushort)name.Length));
            writer.Write(name);
            writer.Write(checked((byte)tensor.Shape.Length));
            foreach (long length in tensor.Shape)
            {
                writer.Write(checked((uint)length));
            }

            WriteValues(writer, tensor.AsFloats());
        }
    }

    /// <exception cref="SafeTensorsException">The stream, read from here to its end, is malformed.</exception>
    public static ImmutableArray<SafeTensor> Read(Stream stream)
    {
        try
        {
            using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
            if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic))
            {
                throw new SafeTensorsException("It is not a file of compressed weights of version 1.");
            }

            uint count = reader.ReadUInt32();
            var tensors = ImmutableArray.CreateBuilder<SafeTensor>();
            for (uint index = 0; index < count; index++)
            {
                tensors.Add(ReadTensor(reader));
            }

            return stream.Position == stream.Length
                ? tensors.ToImmutable()
                : throw new SafeTensorsException($"{stream.Length - stream.Position} bytes follow its end.");
        }
        catch (EndOfStreamException exception)
        {
            throw new SafeTensorsException("It ends too early.", exception);
        }
    }

    private static void WriteValues(BinaryWriter writer, ReadOnlySpan<float> values)
    {
        var bitmap = new byte[(values.Length + 7) / 8];
        int kept = 0;
        for (int index = 0; index < values.Length; index++)
        {
            if (BitConverter.SingleToUInt32Bits(values[index]) != 0)
            {
                bitmap[index / 8] |= (byte)(1 << (index % 8));
                kept++;
            }
        }

        if (bitmap.Length + (4L * kept) >= 4L * values.Length)
        {
            writer.Write(Dense);
            writer.Write(MemoryMarshal.AsBytes(values));
            return;
        }

        writer.Write(Bitmap);
        writer.Write(bitmap);
        foreach (float value in values)
        {
            if (BitConverter.SingleToUInt32Bits(value) != 0)
            {
                writer.Write(value);
            }
        }
    }

    private static SafeTensor ReadTensor(BinaryReader reader)
    {
        string name = Encoding.UTF8.GetString(Exactly(reader, reader.ReadUInt16()));
        var shape = new long[reader.ReadByte()];
        long count = 1;
        for (int dimension = 0; dimension < shape.Length; dimension++)
        {
            shape[dimension] = reader.ReadUInt32();
            if (shape[dimension] > 0 && count > Array.MaxLength / 4 / shape[dimension])
            {
                throw new SafeTensorsException($"`{name}` has more elements than this program reads.");
            }

            count *= shape[dimension];
        }

        byte[] data = reader.ReadByte() switch
        {
            Dense => Exactly(reader, 4 * count),
            Bitmap => ReadBitmap(reader, count),
            byte form => throw new SafeTensorsException($"`{name}` has the unknown form {form}."),
        };
        return new SafeTensor(name, SafeTensorType.F32, [.. shape], data);
    }

    private static byte[] ReadBitmap(BinaryReader reader, long count)
    {
        byte[] bitmap = Exactly(reader, (count + 7) / 8);
        var data = new byte[4 * count];
        for (int index = 0; index < count; index++)
        {
            if ((bitmap[index / 8] & (1 << (index % 8))) != 0)
            {
                BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(4 * index), reader.ReadSingle());
            }
        }

        return data;
    }

    /// <summary>Refuses before it allocates what is not there.</summary>
    private static byte[] Exactly(BinaryReader reader, long count)
    {
        Stream stream = reader.BaseStream;
        return count <= stream.Length - stream.Position
            ? reader.ReadBytes((int)count)
            : throw new SafeTensorsException($"It ends too early: {count} bytes should follow.");
    }
}
