namespace Orchestrator.Models.Pruning.Criteria;

/// <summary>
/// A criterion: how much each weight of a block matters, as a number. The larger stay; of equal ones those that come first.
/// A key may depend on nothing but the arguments, so that all ranks agree.
/// </summary>
internal interface IWeightKeys
{
    /// <param name="weights">The block's weights, row by row.</param>
    /// <param name="seed">The block's own seed.</param>
    /// <param name="index">Position in the block.</param>
    static abstract uint At(ReadOnlySpan<float> weights, ulong seed, int index);
}
