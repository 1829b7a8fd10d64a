using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Orchestrator.Models.Pruning.Masks;

/// <summary>Names a mask: SHA-256 over its bits, eight to a byte, the first the lowest; zeros fill the last byte.</summary>
internal static class MaskHash
{
    /// <summary>A product with this puts the lowest bits of eight bytes side by side into the highest byte.</summary>
    private const ulong Gather = 0x0102040810204080;

    private const int ChunkBytes = 4096;

    /// <param name="mask">Bytes that are 0 or 1.</param>
    /// <returns>64 lower-case hex digits.</returns>
    public static string Of(ReadOnlySpan<byte> mask)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> packed = stackalloc byte[ChunkBytes];
        while (!mask.IsEmpty)
        {
            ReadOnlySpan<byte> chunk = mask[..Math.Min(mask.Length, ChunkBytes * 8)];
            hash.AppendData(packed[..Pack(chunk, packed)]);
            mask = mask[chunk.Length..];
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static int Pack(ReadOnlySpan<byte> mask, Span<byte> packed)
    {
        int bytes = 0;
        for (; mask.Length >= 8; mask = mask[8..])
            packed[bytes++] = (byte)((BinaryPrimitives.ReadUInt64LittleEndian(mask) * Gather) >> 56);

        if (!mask.IsEmpty)
        {
            byte last = 0;
            for (int i = 0; i < mask.Length; i++)
                last |= (byte)(mask[i] << i);
            packed[bytes++] = last;
        }

        return bytes;
    }
}
