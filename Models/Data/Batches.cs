using Orchestrator.Models.Randomness;

namespace Orchestrator.Models.Data;

/// <summary>
/// The order in which samples are seen. Stateless: the order of an epoch follows from (seed, epoch) alone,
/// so that a resumed trial, and every rank of a gang, finds it again without having walked there.
/// </summary>
public static class Batches
{
    /// <summary>
    /// Batches per pool. Samples of like length meet only inside a pool of this many batches: enough that padding
    /// is small (with 16 some 5 % on utterances of 3 to 7 digits), few enough that each epoch mixes anew.
    /// With half as many padding grows; with all in one pool, the batches of every epoch would be nearly the same.
    /// </summary>
    private const int BatchesPerPool = 16;

    /// <summary>
    /// All full batches of an epoch, each an array of sample indices. What does not fill a batch is left out:
    /// a uniformly drawn rest, another one each epoch, so that all steps weigh the same.
    /// </summary>
    public static int[][] ForTraining(Split split, int batchSize, long seed, int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(split.Count, batchSize, nameof(split));
        var stream = SplitMix.Derive("batches", (ulong)seed, (ulong)epoch);
        int[] order = [.. Enumerable.Range(0, split.Count)];
        stream.Shuffle(order.AsSpan());
        int used = split.Count / batchSize * batchSize;
        var batches = new List<int[]>(split.Count / batchSize);
        for (int start = 0; start < used; start += batchSize * BatchesPerPool)
        {
            int count = Math.Min(batchSize * BatchesPerPool, used - start);
            batches.AddRange(ByLength(split, order.AsSpan(start, count)).Chunk(batchSize));
        }

        int[][] result = [.. batches];
        stream.Shuffle(result.AsSpan());
        return result;
    }

    /// <summary>All samples in their own order; the last batch may be smaller.</summary>
    public static int[][] ForEvaluation(Split split, int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return [.. Enumerable.Range(0, split.Count).Chunk(batchSize)];
    }

    /// <summary>Shorter ones first; among equals the drawn order stays.</summary>
    private static IEnumerable<int> ByLength(Split split, ReadOnlySpan<int> pool) =>
        pool.ToArray().OrderBy(index => split[index].Frames);
}
