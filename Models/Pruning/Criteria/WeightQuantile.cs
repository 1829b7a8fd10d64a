using System.Collections.Immutable;

namespace Orchestrator.Models.Pruning.Criteria;

/// <summary>
/// q: the magnitude under which a share of a dense network's weights lies. Linear between the order statistics: of n
/// ascending magnitudes a₀ …, with h = (n − 1) · share, it is a⌊h⌋ + (h − ⌊h⌋) · (a⌊h⌋₊₁ − a⌊h⌋) (type 7 of Hyndman and Fan,
/// numpy's default).
/// </summary>
public static class WeightQuantile
{
    public static double Of(ReadOnlySpan<float> weights, double share) => OfMagnitudes(Magnitudes([weights.ToArray()]), share);

    /// <summary>The quantile over all blocks together.</summary>
    public static double Of(ImmutableArray<ReadOnlyMemory<float>> blocks, double share) => OfMagnitudes(Magnitudes(blocks), share);

    private static float[] Magnitudes(ImmutableArray<ReadOnlyMemory<float>> blocks)
    {
        var magnitudes = new float[blocks.Sum(block => block.Length)];
        int next = 0;
        foreach (ReadOnlyMemory<float> block in blocks)
        {
            foreach (float weight in block.Span)
            {
                if (!float.IsFinite(weight))
                    throw new ArgumentException("The weights that q is taken from hold a value that is not finite.", nameof(blocks));
                magnitudes[next++] = Math.Abs(weight);
            }
        }

        return magnitudes;
    }

    private static double OfMagnitudes(float[] magnitudes, double share)
    {
        ArgumentOutOfRangeException.ThrowIfZero(magnitudes.Length);
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        Array.Sort(magnitudes);
        double position = (magnitudes.Length - 1) * share;
        int below = (int)position;
        double lower = magnitudes[below];
        double upper = magnitudes[Math.Min(below + 1, magnitudes.Length - 1)];
        return lower + ((position - below) * (upper - lower));
    }
}
