using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Orchestrator.Models.Training.Overlap;

/// <summary>
/// Moves the values whose bit is set close together, and back. Values are moved, never computed with: all paths give the
/// same bits.
/// <code>
///   values  a b c d e f g h      bits (lowest first)  1 0 0 1 1 0 0 0
///   packed  a d e                unpacked             a 0 0 d e 0 0 0
/// </code>
/// </summary>
/// <remarks>
/// A vector of 16 lanes is compressed in a register (<c>vpcompressps</c>), stored whole and overwritten from where its
/// survivors end by the next one; so what is packed needs <see cref="Slack"/> values of room behind it, and reading it back
/// reads them, too. Vectors of 8 lanes look their permutation up by 8 bits. The processor's own compressing store is not
/// used: on AMD's Zen 4 it is microcoded.
/// </remarks>
internal static class SurvivorPacking
{
    /// <summary>Room that packed values need behind them.</summary>
    public const int Slack = 16;

    /// <summary>Bytes that the bits need behind the last one asked for.</summary>
    public const int BitSlack = 8;

    private static readonly Vector512<int> Bits16 =
        Vector512.Create(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);

    private static readonly Vector256<int> Bits8 = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);

    /// <summary>By 8 bits: the lanes that are set, in order; then anything.</summary>
    private static readonly int[] Sources = Table(static (bits, lane) => NthSet(bits, lane));

    /// <summary>By 8 bits: for each lane how many are set before it.</summary>
    private static readonly int[] Ranks = Table(static (bits, lane) => BitOperations.PopCount((uint)bits & ((1u << lane) - 1)));

    /// <param name="bits">A bit for each value, the lowest of a byte first, the first one at <paramref name="firstBit"/>; <see cref="BitSlack"/> bytes lie behind them.</param>
    /// <param name="packed">Receives the values that are set; what lies behind them, up to <see cref="Slack"/> values, is overwritten.</param>
    /// <returns>How many there are.</returns>
    public static int Pack(ReadOnlySpan<float> values, ReadOnlySpan<byte> bits, int firstBit, Span<float> packed) =>
        Avx512F.IsSupported ? Pack512(values, bits, firstBit, packed)
        : Avx2.IsSupported ? Pack256(values, bits, firstBit, packed)
        : PackReference(values, bits, firstBit, packed);

    /// <summary>The way back; every value that is not set becomes +0.</summary>
    /// <param name="packed">As <see cref="Pack"/> left it, <see cref="Slack"/> values behind it included.</param>
    /// <returns>How many values were taken.</returns>
    public static int Unpack(ReadOnlySpan<float> packed, ReadOnlySpan<byte> bits, int firstBit, Span<float> values) =>
        Avx512F.IsSupported ? Unpack512(packed, bits, firstBit, values)
        : Avx2.IsSupported ? Unpack256(packed, bits, firstBit, values)
        : UnpackReference(packed, bits, firstBit, values);

    /// <summary>32 bits from any bit on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint BitsAt(ReadOnlySpan<byte> bits, int index) =>
        (uint)(BinaryPrimitives.ReadUInt64LittleEndian(bits[(index >> 3)..]) >> (index & 7));

    /// <summary>The definition.</summary>
    internal static int PackReference(ReadOnlySpan<float> values, ReadOnlySpan<byte> bits, int firstBit, Span<float> packed)
    {
        int count = 0;
        for (int index = 0; index < values.Length; index++)
        {
            if ((BitsAt(bits, firstBit + index) & 1) != 0)
                packed[count++] = values[index];
        }

        return count;
    }

    /// <summary>The definition.</summary>
    internal static int UnpackReference(ReadOnlySpan<float> packed, ReadOnlySpan<byte> bits, int firstBit, Span<float> values)
    {
        int count = 0;
        for (int index = 0; index < values.Length; index++)
            values[index] = (BitsAt(bits, firstBit + index) & 1) != 0 ? packed[count++] : 0;
        return count;
    }

    internal static int Pack512(ReadOnlySpan<float> values, ReadOnlySpan<byte> bits, int firstBit, Span<float> packed)
    {
        RequireRoom(values.Length, bits, firstBit, packed.Length);
        int vectors = values.Length - (values.Length % Vector512<float>.Count);
        ref float from = ref MemoryMarshal.GetReference(values);
        ref float to = ref MemoryMarshal.GetReference(packed);
        ref byte set = ref Unsafe.Add(ref MemoryMarshal.GetReference(bits), firstBit >> 3);
        int shift = firstBit & 7;
        int count = 0;
        for (int index = 0; index < vectors; index += Vector512<float>.Count)
        {
            uint lanes = Lanes16(ref set, index, shift);
            Vector512<float> all = Vector512.LoadUnsafe(ref from, (nuint)index);
            Avx512F.Compress(Vector512<float>.Zero, Mask16(lanes), all).StoreUnsafe(ref to, (nuint)count);
            count += BitOperations.PopCount(lanes);
        }

        return count + PackReference(values[vectors..], bits, firstBit + vectors, packed[count..]);
    }

    internal static int Unpack512(ReadOnlySpan<float> packed, ReadOnlySpan<byte> bits, int firstBit, Span<float> values)
    {
        RequireRoom(values.Length, bits, firstBit, packed.Length);
        int vectors = values.Length - (values.Length % Vector512<float>.Count);
        ref float from = ref MemoryMarshal.GetReference(packed);
        ref float to = ref MemoryMarshal.GetReference(values);
        ref byte set = ref Unsafe.Add(ref MemoryMarshal.GetReference(bits), firstBit >> 3);
        int shift = firstBit & 7;
        int count = 0;
        for (int index = 0; index < vectors; index += Vector512<float>.Count)
        {
            uint lanes = Lanes16(ref set, index, shift);
            Vector512<float> close = Vector512.LoadUnsafe(ref from, (nuint)count);
            Avx512F.Expand(Vector512<float>.Zero, Mask16(lanes), close).StoreUnsafe(ref to, (nuint)index);
            count += BitOperations.PopCount(lanes);
        }

        return count + UnpackReference(packed[count..], bits, firstBit + vectors, values[vectors..]);
    }

    internal static int Pack256(ReadOnlySpan<float> values, ReadOnlySpan<byte> bits, int firstBit, Span<float> packed)
    {
        RequireRoom(values.Length, bits, firstBit, packed.Length);
        int vectors = values.Length - (values.Length % Vector256<float>.Count);
        ref float from = ref MemoryMarshal.GetReference(values);
        ref float to = ref MemoryMarshal.GetReference(packed);
        ref byte set = ref Unsafe.Add(ref MemoryMarshal.GetReference(bits), firstBit >> 3);
        ref int sources = ref MemoryMarshal.GetArrayDataReference(Sources);
        int shift = firstBit & 7;
        int count = 0;
        for (int index = 0; index < vectors; index += Vector256<float>.Count)
        {
            uint lanes = Lanes8(ref set, index, shift);
            Vector256<int> source = Vector256.LoadUnsafe(ref sources, lanes * (nuint)Vector256<int>.Count);
            Vector256<float> all = Vector256.LoadUnsafe(ref from, (nuint)index);
            Avx2.PermuteVar8x32(all, source).StoreUnsafe(ref to, (nuint)count);
            count += BitOperations.PopCount(lanes);
        }

        return count + PackReference(values[vectors..], bits, firstBit + vectors, packed[count..]);
    }

    internal static int Unpack256(ReadOnlySpan<float> packed, ReadOnlySpan<byte> bits, int firstBit, Span<float> values)
    {
        RequireRoom(values.Length, bits, firstBit, packed.Length);
        int vectors = values.Length - (values.Length % Vector256<float>.Count);
        ref float from = ref MemoryMarshal.GetReference(packed);
        ref float to = ref MemoryMarshal.GetReference(values);
        ref byte set = ref Unsafe.Add(ref MemoryMarshal.GetReference(bits), firstBit >> 3);
        ref int ranks = ref MemoryMarshal.GetArrayDataReference(Ranks);
        int shift = firstBit & 7;
        int count = 0;
        for (int index = 0; index < vectors; index += Vector256<float>.Count)
        {
            uint lanes = Lanes8(ref set, index, shift);
            Vector256<int> rank = Vector256.LoadUnsafe(ref ranks, lanes * (nuint)Vector256<int>.Count);
            Vector256<float> close = Vector256.LoadUnsafe(ref from, (nuint)count);
            Vector256<int> stays = Vector256.Equals(Vector256.Create((int)lanes) & Bits8, Bits8);
            (Avx2.PermuteVar8x32(close, rank).AsInt32() & stays).AsSingle().StoreUnsafe(ref to, (nuint)index);
            count += BitOperations.PopCount(lanes);
        }

        return count + UnpackReference(packed[count..], bits, firstBit + vectors, values[vectors..]);
    }

    /// <summary>What the vectors rely on, checked once: they read and write past what is set.</summary>
    private static void RequireRoom(int count, ReadOnlySpan<byte> bits, int firstBit, int packedLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstBit);
        ArgumentOutOfRangeException.ThrowIfLessThan(bits.Length, ((firstBit + count) / 8) + BitSlack, nameof(bits));
        ArgumentOutOfRangeException.ThrowIfLessThan(packedLength, Count(bits, firstBit, count) + Slack, nameof(packedLength));
    }

    private static int Count(ReadOnlySpan<byte> bits, int firstBit, int count)
    {
        int set = 0;
        int index = 0;
        for (; index + 32 <= count; index += 32)
            set += BitOperations.PopCount(BitsAt(bits, firstBit + index));
        return index == count ? set : set + BitOperations.PopCount(BitsAt(bits, firstBit + index) & ((1u << (count - index)) - 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Lanes16(ref byte set, int index, int shift) =>
        (Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref set, index >> 3)) >> shift) & 0xFFFF;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Lanes8(ref byte set, int index, int shift) =>
        ((uint)Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref set, index >> 3)) >> shift) & 0xFF;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Mask16(uint lanes) =>
        Vector512.Equals(Vector512.Create((int)lanes) & Bits16, Bits16).AsSingle();

    private static int[] Table(Func<int, int, int> entry) =>
        [.. Enumerable.Range(0, 256).SelectMany(bits => Enumerable.Range(0, 8).Select(lane => entry(bits, lane)))];

    private static int NthSet(int bits, int nth)
    {
        int left = bits;
        for (int skipped = 0; skipped < nth; skipped++)
            left &= left - 1;
        return left == 0 ? 0 : BitOperations.TrailingZeroCount(left);
    }
}
