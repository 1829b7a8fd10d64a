using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.Intrinsics;
using Orchestrator.Models.Networks;

namespace Orchestrator.Models.Training.Overlap;

/// <summary>Which values of the flat buffers belong to weights that are left, one bit each; made when the masks change.</summary>
internal sealed class SurvivorMask
{
    private readonly byte[] _bits;
    private readonly ImmutableArray<GradientRange> _masked;

    /// <param name="mask">One byte a value: 1 stays, 0 goes.</param>
    /// <param name="masked">Ranges outside of which nothing goes; they do not overlap.</param>
    public SurvivorMask(ReadOnlySpan<byte> mask, IEnumerable<GradientRange> masked)
    {
        _masked = [.. masked.OrderBy(range => range.Start)];
        _bits = new byte[(mask.Length / 8) + SurvivorPacking.BitSlack + 1];
        int vectors = mask.Length - (mask.Length % Vector256<byte>.Count);
        for (int index = 0; index < vectors; index += Vector256<byte>.Count)
        {
            Vector256<byte> goes = Vector256.Equals(Vector256.Create(mask.Slice(index, Vector256<byte>.Count)), Vector256<byte>.Zero);
            BitConverter.TryWriteBytes(_bits.AsSpan(index / 8), ~goes.ExtractMostSignificantBits());
        }

        for (int index = vectors; index < mask.Length; index++)
            _bits[index / 8] |= (byte)(mask[index] << (index % 8));
    }

    /// <summary>The range cut where it enters or leaves a masked one.</summary>
    public IEnumerable<(GradientRange Range, bool IsMasked)> Segments(GradientRange range)
    {
        int start = range.Start;
        foreach (GradientRange masked in _masked.Where(masked => masked.End > range.Start && masked.Start < range.End))
        {
            if (masked.Start > start)
                yield return (Between(start, masked.Start), false);
            int end = Math.Min(masked.End, range.End);
            yield return (Between(Math.Max(start, masked.Start), end), true);
            start = end;
        }

        if (start < range.End)
            yield return (Between(start, range.End), false);
    }

    /// <summary>The longest beginning of a range with at most so many survivors, and how many it has.</summary>
    public (int Length, int Survivors) Fit(GradientRange range, int survivorsMax)
    {
        int length = 0;
        int survivors = 0;
        while (length < range.Count)
        {
            int width = Math.Min(32, range.Count - length);
            uint bits = SurvivorPacking.BitsAt(_bits, range.Start + length) & (uint)((1UL << width) - 1);
            int set = BitOperations.PopCount(bits);
            if (survivors + set > survivorsMax)
            {
                for (; survivors < survivorsMax; survivors++)
                    bits &= bits - 1;
                return (length + BitOperations.TrailingZeroCount(bits), survivors);
            }

            survivors += set;
            length += width;
        }

        return (length, survivors);
    }

    /// <inheritdoc cref="SurvivorPacking.Pack"/>
    /// <param name="flat">The whole buffer.</param>
    public int Pack(ReadOnlySpan<float> flat, GradientRange range, Span<float> packed) =>
        SurvivorPacking.Pack(flat.Slice(range.Start, range.Count), _bits, range.Start, packed);

    /// <inheritdoc cref="SurvivorPacking.Unpack"/>
    /// <param name="flat">The whole buffer.</param>
    public int Unpack(ReadOnlySpan<float> packed, GradientRange range, Span<float> flat) =>
        SurvivorPacking.Unpack(packed, _bits, range.Start, flat.Slice(range.Start, range.Count));

    private static GradientRange Between(int start, int end) => new(start, end - start);
}
