using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Models.Training;

/// <summary>How the ranks of a trial add up their gradients.</summary>
public sealed record ExchangeOptions
{
    [Range(4096L, 1L << 30)]
    [Description("Largest number of bytes that one operation exchanges. A gradient that is final leaves as soon as a 64th of it is reached.")]
    public long BucketBytes { get; init; } = 4 << 20;

    [Description("Exchanges gradients while the backward pass still runs. The result has the same bits either way.")]
    public bool Overlap { get; init; } = true;

    [Description("Leaves the gradients of masked weights out of the exchange at steps that do not need them. The same bits with 2 ranks and with direct; else the order of additions differs.")]
    public bool Masked { get; init; } = true;

    [Description("Algorithm of the exchange. auto: chosen from the cost model by measured links, once per run, and recorded with the run; the others give the same bits on every machine.")]
    public AllReduceAlgorithm Algorithm { get; init; } = AllReduceAlgorithm.Ring;
}

/// <summary>How a sum over all ranks comes about. Training only carries it to whoever makes its <see cref="IGradientExchange"/>.</summary>
public enum AllReduceAlgorithm
{
    Auto,
    Ring,
    Tree,
    DoubleTree,
    RecursiveDoubling,
    HalvingDoubling,
    Direct,
    Chain,
    Hierarchical,
}
