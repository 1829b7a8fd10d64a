using System.Numerics;
using System.Runtime.InteropServices;
using Orchestrator.Models.Pruning.Criteria;
using Orchestrator.Models.Randomness;
using static TorchSharp.torch;

namespace Orchestrator.Models.Pruning.Masks;

/// <summary>One pruned block in the flat tensors: views of its weights and of its mask (1 stays, 0 goes).</summary>
internal sealed class MaskedBlock : IDisposable
{
    private readonly Tensor _weights;
    private readonly Tensor _mask;

    public MaskedBlock(PruningProgram program, PrunedBlock block, Tensor weights, Tensor mask, long offset)
    {
        _weights = weights.narrow(0, offset, block.Count).DetachFromDisposeScope();
        _mask = mask.narrow(0, offset, block.Count).DetachFromDisposeScope();
        Seed = SplitMix.DeriveSeed($"random mask {block.Matrix} {block.Gate}", (ulong)program.Seed);
        Floor = KeptWeights.Floor(block.Count, program.KeepAtLeast);
        Recount();
    }

    /// <summary>Seed of this block's random keys.</summary>
    public ulong Seed { get; }

    /// <summary>So many weights always stay.</summary>
    public long Floor { get; }

    /// <summary>So many weights are left.</summary>
    public long Kept { get; private set; }

    public Span<float> Weights => MemoryMarshal.Cast<byte, float>(_weights.bytes);

    public Span<byte> Mask => _mask.bytes;

    /// <summary>To be called after the mask was written.</summary>
    public void Recount() => Kept = Count(Mask);

    /// <summary>Number of ones among bytes that are 0 or 1.</summary>
    public static long Count(ReadOnlySpan<byte> mask)
    {
        long count = 0;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(mask);
        foreach (ulong word in words)
            count += BitOperations.PopCount(word);
        foreach (byte one in mask[(words.Length * sizeof(ulong))..])
            count += one;
        return count;
    }

    public void Dispose()
    {
        _weights.Dispose();
        _mask.Dispose();
    }
}
