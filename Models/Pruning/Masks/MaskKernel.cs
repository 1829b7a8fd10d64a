using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Orchestrator.Models.Pruning.Masks;

/// <summary>
/// Sets weights to +0 where the mask says 0, and leaves every other bit as it is. A product would do the same but for −0
/// where a weight is negative, and would keep what is not a number. All paths give the same bits.
/// </summary>
internal static class MaskKernel
{
    /// <param name="mask">One byte a weight: 1 stays, 0 goes.</param>
    public static void Apply(Span<float> weights, ReadOnlySpan<byte> mask)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(mask.Length, weights.Length);
        Span<int> bits = MemoryMarshal.Cast<float, int>(weights);
        if (Avx2.IsSupported)
            Vector256(bits, mask);
        else
            Reference(bits, mask);
    }

    /// <summary>The definition: −1 and 0 are all ones and all zeros.</summary>
    internal static void Reference(Span<int> weights, ReadOnlySpan<byte> mask)
    {
        for (int i = 0; i < weights.Length; i++)
            weights[i] &= -mask[i];
    }

    /// <summary>Eight weights at a time; eight mask bytes are widened to the lanes.</summary>
    internal static void Vector256(Span<int> weights, ReadOnlySpan<byte> mask)
    {
        int vectors = weights.Length - (weights.Length % Vector256<int>.Count);
        for (int i = 0; i < vectors; i += Vector256<int>.Count)
        {
            Vector128<byte> eight = Vector128.CreateScalarUnsafe(
                BinaryPrimitives.ReadUInt64LittleEndian(mask[i..])).AsByte();
            Vector256<int> stays = -Avx2.ConvertToVector256Int32(eight);
            Span<int> lanes = weights.Slice(i, Vector256<int>.Count);
            (System.Runtime.Intrinsics.Vector256.Create<int>(lanes) & stays).CopyTo(lanes);
        }

        Reference(weights[vectors..], mask[vectors..]);
    }
}
