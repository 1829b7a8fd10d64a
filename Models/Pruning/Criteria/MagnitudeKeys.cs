namespace Orchestrator.Models.Pruning.Criteria;

/// <summary>|w|. The bits of a float without its sign order like its magnitude; what is not a number counts as the largest, so that pruning never hides it.</summary>
internal readonly struct MagnitudeKeys : IWeightKeys
{
    public static uint At(ReadOnlySpan<float> weights, ulong seed, int index) => Of(weights[index]);

    public static uint Of(float weight) => BitConverter.SingleToUInt32Bits(weight) & 0x7FFFFFFF;

    /// <summary>The largest key that does not exceed a threshold: |w| &gt; threshold exactly if w's key is larger.</summary>
    public static uint Below(double threshold)
    {
        float rounded = (float)threshold;
        return Of(rounded > threshold ? MathF.BitDecrement(rounded) : rounded);
    }
}
