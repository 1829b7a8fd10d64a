using Orchestrator.Models.Randomness;

namespace Orchestrator.Models.Pruning.Criteria;

/// <summary>A fixed random number for each place, whatever weight is there: as the sparsity grows, masks only shrink.</summary>
internal readonly struct RandomKeys : IWeightKeys
{
    public static uint At(ReadOnlySpan<float> weights, ulong seed, int index) => (uint)(SplitMix.ValueAt(seed, index) >> 32);
}
