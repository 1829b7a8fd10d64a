using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Orchestrator.Actors.Collectives.Reduction;

/// <summary>
/// 16-bit numbers travel and add up as float, and are rounded once, at the end (to the nearest, halves to even). So the
/// sum over p ranks has one rounding to 16 bits instead of p − 1, and no partial sum overflows.
/// </summary>
internal static class HalfPrecision
{
    /// <typeparam name="T"><see cref="Half"/> or <see cref="BFloat16"/>.</typeparam>
    /// <param name="source">What is widened.</param>
    /// <param name="target">As many; exact.</param>
    public static void Widen<T>(ReadOnlySpan<T> source, Span<float> target)
        where T : unmanaged
    {
        if (typeof(T) == typeof(Half))
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<T, Half>(source), target);
        else
            Widen(MemoryMarshal.Cast<T, BFloat16>(source), target);
    }

    /// <typeparam name="T"><see cref="Half"/> or <see cref="BFloat16"/>.</typeparam>
    /// <param name="source">What is rounded.</param>
    /// <param name="target">As many.</param>
    public static void Narrow<T>(ReadOnlySpan<float> source, Span<T> target)
        where T : unmanaged
    {
        if (typeof(T) == typeof(Half))
            TensorPrimitives.ConvertToHalf(source, MemoryMarshal.Cast<T, Half>(target));
        else
            Narrow(source, MemoryMarshal.Cast<T, BFloat16>(target));
    }

    private static void Widen(ReadOnlySpan<BFloat16> source, Span<float> target)
    {
        ReadOnlySpan<ushort> bits = MemoryMarshal.Cast<BFloat16, ushort>(source);
        Span<uint> wide = MemoryMarshal.Cast<float, uint>(target);
        int i = 0;
        for (; i <= bits.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            (Vector256<uint> lower, Vector256<uint> upper) = Vector256.Widen(Vector256.Create(bits[i..]));
            (lower << 16).CopyTo(wide[i..]);
            (upper << 16).CopyTo(wide[(i + Vector256<uint>.Count)..]);
        }

        for (; i < source.Length; i++)
            target[i] = source[i];
    }

    private static void Narrow(ReadOnlySpan<float> source, Span<BFloat16> target)
    {
        Span<ushort> bits = MemoryMarshal.Cast<BFloat16, ushort>(target);
        int i = 0;
        for (; i <= source.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            Vector256<uint> lower = Rounded(Vector256.Create(source[i..]));
            Vector256<uint> upper = Rounded(Vector256.Create(source[(i + Vector256<float>.Count)..]));
            Vector256.Narrow(lower, upper).CopyTo(bits[i..]);
        }

        for (; i < source.Length; i++)
            target[i] = (BFloat16)source[i];
    }

    /// <summary>The same as the conversion of <see cref="BFloat16"/>, in the lower half of each lane.</summary>
    private static Vector256<uint> Rounded(Vector256<float> values)
    {
        Vector256<uint> bits = values.AsUInt32();
        Vector256<uint> rounded = (bits + Vector256.Create(0x7FFFu) + ((bits >> 16) & Vector256<uint>.One)) >> 16;
        Vector256<uint> notANumber = (bits >> 16) | Vector256.Create(0x0040u);
        return Vector256.ConditionalSelect(Vector256.Equals(values, values).AsUInt32(), rounded, notANumber);
    }
}
