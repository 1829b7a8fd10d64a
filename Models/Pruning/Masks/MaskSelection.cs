using System.Buffers;
using Orchestrator.Models.Pruning.Criteria;

namespace Orchestrator.Models.Pruning.Masks;

/// <summary>
/// Writes masks: everything above a key, or an exact number of weights. Two passes over the keys find where to cut (their
/// upper, then their lower 16 bits are counted), a third writes: linear, without sorting, without a copy of the weights, and
/// with one answer whatever the machine.
/// </summary>
internal static class MaskSelection<TKeys>
    where TKeys : struct, IWeightKeys
{
    private const int Bins = 1 << 16;

    /// <summary>Keeps what has a larger key than <paramref name="key"/>, but at least the floor.</summary>
    public static void KeepAbove(MaskedBlock block, uint key)
    {
        long ties = 0;
        Write(block, key, ref ties);
        if (block.Kept < block.Floor)
            Keep([block], block.Floor);
    }

    /// <summary>
    /// Keeps exactly <paramref name="count"/> weights of all blocks together, those with the largest keys; ties go to the
    /// earlier block, then to the earlier weight. A block that would fall below its floor gets its own best up to the floor,
    /// and the others share what is left. The count is raised to the sum of the floors.
    /// </summary>
    public static void KeepGuarded(IReadOnlyCollection<MaskedBlock> blocks, long count)
    {
        List<MaskedBlock> open = [.. blocks];
        long left = Math.Max(count, open.Sum(block => block.Floor));
        while (open.Count > 0)
        {
            Keep(open, left);
            List<MaskedBlock> starved = open.FindAll(block => block.Kept < block.Floor);
            if (starved.Count == 0)
                return;

            foreach (MaskedBlock block in starved)
            {
                Keep([block], block.Floor);
                left -= block.Floor;
                open.Remove(block);
            }
        }
    }

    private static void Keep(IReadOnlyCollection<MaskedBlock> blocks, long count)
    {
        (uint key, long ties) = Cut(blocks, count);
        foreach (MaskedBlock block in blocks)
            Write(block, key, ref ties);
    }

    /// <summary>The key of the last weight that stays, and how many of its equals stay.</summary>
    private static (uint Key, long Ties) Cut(IReadOnlyCollection<MaskedBlock> blocks, long count)
    {
        if (count == 0)
            return (uint.MaxValue, 0);

        int[] histogram = ArrayPool<int>.Shared.Rent(Bins);
        long left = count;
        CountUpper(blocks, histogram.AsSpan(0, Bins));
        uint upper = LastBin(histogram, ref left);
        CountLower(blocks, upper, histogram.AsSpan(0, Bins));
        uint lower = LastBin(histogram, ref left);
        ArrayPool<int>.Shared.Return(histogram);
        return ((upper << 16) | lower, left);
    }

    /// <summary>How many keys have each value of their upper 16 bits.</summary>
    private static void CountUpper(IReadOnlyCollection<MaskedBlock> blocks, Span<int> histogram)
    {
        histogram.Clear();
        foreach (MaskedBlock block in blocks)
        {
            ReadOnlySpan<float> weights = block.Weights;
            for (int i = 0; i < weights.Length; i++)
                histogram[(int)(TKeys.At(weights, block.Seed, i) >> 16)]++;
        }
    }

    /// <summary>How many of the keys with these upper 16 bits have each value of the lower ones.</summary>
    private static void CountLower(IReadOnlyCollection<MaskedBlock> blocks, uint upper, Span<int> histogram)
    {
        histogram.Clear();
        foreach (MaskedBlock block in blocks)
        {
            ReadOnlySpan<float> weights = block.Weights;
            for (int i = 0; i < weights.Length; i++)
            {
                uint key = TKeys.At(weights, block.Seed, i);
                if (key >> 16 == upper)
                    histogram[(int)(key & 0xFFFF)]++;
            }
        }
    }

    /// <summary>Counts from the largest bin down to the one in which the last of <paramref name="left"/> lies; what is to be taken from that bin is left.</summary>
    private static uint LastBin(ReadOnlySpan<int> histogram, ref long left)
    {
        int bin = Bins - 1;
        while (histogram[bin] < left)
        {
            left -= histogram[bin];
            bin--;
        }

        return (uint)bin;
    }

    private static void Write(MaskedBlock block, uint key, ref long ties)
    {
        ReadOnlySpan<float> weights = block.Weights;
        Span<byte> mask = block.Mask;
        for (int i = 0; i < weights.Length; i++)
        {
            uint own = TKeys.At(weights, block.Seed, i);
            bool stays = own > key;
            if (own == key && ties > 0)
            {
                ties--;
                stays = true;
            }

            mask[i] = stays ? (byte)1 : (byte)0;
        }

        block.Recount();
    }
}
