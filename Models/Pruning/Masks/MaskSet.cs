using System.Collections.Immutable;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning.Criteria;
using Orchestrator.Models.Pruning.Schedules;
using Orchestrator.Models.Training;
using static TorchSharp.torch;

namespace Orchestrator.Models.Pruning.Masks;

/// <summary>
/// The masks of one rank. A pure function of the program and of the weights it sees: ranks with equal weights have equal
/// masks, without a word between them.
/// </summary>
/// <remarks>
/// The order within a step: unless the program needs dense gradients, those of masked weights are set to zero
/// (<see cref="ApplyTo"/>); the optimizer updates all weights, masked ones, too; then
/// <see cref="UpdateAfter"/> looks at what it made of them; then <see cref="Apply"/> zeroes what is masked. So a masked weight
/// comes back only if one update of the optimizer carries it, from zero, over the threshold or among the largest. Before the
/// first step both are called once, with step 0. Belongs to one thread.
/// </remarks>
public sealed class MaskSet : IDisposable
{
    private readonly PruningProgram _program;
    private readonly ImmutableArray<ParameterInfo> _parameters;
    private readonly ImmutableArray<MaskedBlock> _blocks;

    /// <summary>Where each block lies in the flat tensors.</summary>
    private readonly ImmutableArray<GradientRange> _ranges;

    /// <summary>Indices of the blocks that reach their sparsity together.</summary>
    private readonly ImmutableArray<int> _pool;

    private string? _hash;

    /// <param name="parameters">In the order in which they lie in the flat tensor, without gaps.</param>
    /// <param name="flatParameters">One contiguous float32 tensor on the CPU; it stays the caller's, and must outlive the masks.</param>
    public MaskSet(PruningProgram program, ImmutableArray<ParameterInfo> parameters, Tensor flatParameters)
    {
        long count = parameters.Sum(parameter => parameter.Count);
        if (flatParameters.dtype != ScalarType.Float32 || !flatParameters.is_contiguous() || flatParameters.numel() != count)
            throw new ArgumentException($"Expected {count} contiguous float32 parameters.", nameof(flatParameters));
        if (flatParameters.device_type != TorchSharp.DeviceType.CPU)
            throw new ArgumentException("Masks work on the CPU only; keep the parameters there.", nameof(flatParameters));

        _program = program;
        _parameters = parameters;
        FlatMask = ones(count, ScalarType.Bool).DetachFromDisposeScope();
        using Tensor detached = flatParameters.detach();
        using Tensor weights = detached.view(count);
        _blocks = [.. program.Blocks.Select(block => new MaskedBlock(program, block, weights, FlatMask, OffsetOf(block)))];
        _ranges = [.. program.Blocks.Select(block => new GradientRange(checked((int)OffsetOf(block)), (int)block.Count))];
        ImmutableArray<PrunedBlock> pool = KeptWeights.Pool(program.Blocks, program.Scope);
        _pool = [.. Enumerable.Range(0, program.Blocks.Length).Where(index => pool.Contains(program.Blocks[index]))];
    }

    /// <summary>Boolean, one per parameter; true stays. To be read only, and not to be disposed of.</summary>
    public Tensor FlatMask { get; }

    /// <summary>Grows whenever the masks may have changed.</summary>
    internal int Version { get; private set; }

    /// <summary>Whether anything is masked.</summary>
    internal bool IsMasking => Pruned > 0;

    /// <summary>The blocks of which something is masked, as ranges of the flat tensors.</summary>
    internal IEnumerable<GradientRange> MaskedRanges => _blocks
        .Zip(_ranges)
        .Where(pair => pair.First.Kept < pair.First.Mask.Length)
        .Select(pair => pair.Second);

    /// <summary>SHA-256 of the mask in hex: equal on all ranks.</summary>
    public string Hash => _hash ??= MaskHash.Of(FlatMask.bytes);

    /// <summary>Parameters that are not masked, biases included.</summary>
    public long Nonzeros => FlatMask.numel() - Pruned;

    /// <summary>Share of zeros among the weights of the pruned blocks; 0 without any.</summary>
    public double Sparsity => _blocks.IsEmpty ? 0 : Pruned / (double)_program.Blocks.Sum(block => block.Count);

    /// <summary>Blocks that the guard holds: masked down to the share that always stays.</summary>
    public long Guarded => _blocks.Count(block => block.Floor > 0 && block.Kept <= block.Floor);

    private long Pruned => _blocks.Sum(block => block.Mask.Length - block.Kept);

    /// <summary>Renews the masks if the program says so after this many steps. The weights are looked at, not changed.</summary>
    /// <returns>Whether it did; the masks may be what they were.</returns>
    public bool UpdateAfter(long step)
    {
        if (_program.UpdateAfter(step) is not { } update)
            return false;

        switch (update)
        {
            case MaskUpdate.Thresholds thresholds:
                for (int i = 0; i < _blocks.Length; i++)
                    MaskSelection<MagnitudeKeys>.KeepAbove(_blocks[i], MagnitudeKeys.Below(thresholds.ByBlock[i]));
                break;
            case MaskUpdate.Sparsities sparsities when _program.Criterion == PruningCriterion.Random:
                KeepCounts<RandomKeys>(sparsities.ByBlock);
                break;
            case MaskUpdate.Sparsities sparsities:
                KeepCounts<MagnitudeKeys>(sparsities.ByBlock);
                break;
        }

        Changed();
        return true;
    }

    /// <summary>Sets every masked weight to +0. To be called after each step of the optimizer.</summary>
    public void Apply()
    {
        foreach (MaskedBlock block in _blocks)
        {
            if (block.Kept < block.Mask.Length)
                MaskKernel.Apply(block.Weights, block.Mask);
        }
    }

    /// <summary>Sets to +0 whatever belongs to a masked weight.</summary>
    /// <param name="flat">One value per parameter.</param>
    internal void ApplyTo(Span<float> flat)
    {
        foreach (GradientRange range in MaskedRanges)
            MaskKernel.Apply(flat.Slice(range.Start, range.Count), FlatMask.bytes.Slice(range.Start, range.Count));
    }

    /// <summary>Takes the masks of a checkpoint.</summary>
    /// <param name="mask">As <see cref="FlatMask"/> was; any type, where 0 goes.</param>
    /// <exception cref="ArgumentException">The mask is of another network or another program.</exception>
    public void Restore(Tensor mask)
    {
        if (mask.numel() != FlatMask.numel())
            throw new ArgumentException($"The mask has {mask.numel()} values for {FlatMask.numel()} parameters.", nameof(mask));

        using TorchSharp.DisposeScope scope = NewDisposeScope();
        ReadOnlySpan<byte> values = mask.detach().reshape(-1).to(ScalarType.Bool, copy: true).bytes;
        long masked = values.Length - MaskedBlock.Count(values);
        foreach (PrunedBlock block in _program.Blocks)
            masked -= block.Count - MaskedBlock.Count(values.Slice((int)OffsetOf(block), (int)block.Count));
        if (masked != 0)
            throw new ArgumentException($"The mask takes away {masked} parameters that this program does not prune.", nameof(mask));

        values.CopyTo(FlatMask.bytes);
        foreach (MaskedBlock block in _blocks)
            block.Recount();
        Changed();
    }

    /// <summary>What is left of every weight matrix, pruned or not, and of each of its gates.</summary>
    public MatrixDensity[] Densities() => [.. _parameters.Where(parameter => parameter.IsMatrix).Select(DensityOf)];

    public void Dispose()
    {
        foreach (MaskedBlock block in _blocks)
            block.Dispose();
        FlatMask.Dispose();
    }

    private void Changed()
    {
        _hash = null;
        Version++;
    }

    private void KeepCounts<TKeys>(ImmutableArray<double> sparsities)
        where TKeys : struct, IWeightKeys
    {
        for (int i = 0; i < _blocks.Length; i++)
        {
            if (!_pool.Contains(i))
                MaskSelection<TKeys>.KeepGuarded([_blocks[i]], KeptWeights.Of(_blocks[i].Mask.Length, sparsities[i]));
        }

        if (!_pool.IsEmpty)
        {
            MaskedBlock[] pool = [.. _pool.Select(index => _blocks[index])];
            long weights = pool.Sum(block => (long)block.Mask.Length);
            MaskSelection<TKeys>.KeepGuarded(pool, KeptWeights.Of(weights, sparsities[_pool[0]]));
        }
    }

    private MatrixDensity DensityOf(ParameterInfo matrix)
    {
        ReadOnlySpan<byte> mask = FlatMask.bytes.Slice((int)OffsetOf(matrix.Name), (int)matrix.Count);
        var gates = new SortedDictionary<string, double>(StringComparer.Ordinal);
        int weights = matrix.Gates.IsEmpty ? 0 : mask.Length / matrix.Gates.Length;
        for (int gate = 0; gate < matrix.Gates.Length; gate++)
            gates[matrix.Gates[gate]] = DensityOf(mask.Slice(gate * weights, weights));

        return new MatrixDensity(matrix.Name, matrix.Rows, matrix.Columns, DensityOf(mask), gates);

        static double DensityOf(ReadOnlySpan<byte> mask) => MaskedBlock.Count(mask) / (double)mask.Length;
    }

    private long OffsetOf(PrunedBlock block) => OffsetOf(block.Matrix) + ((long)block.FirstRow * block.Columns);

    private long OffsetOf(string name)
    {
        long offset = 0;
        foreach (ParameterInfo parameter in _parameters)
        {
            if (parameter.Name == name)
                return offset;
            offset += parameter.Count;
        }

        throw new ArgumentException($"The program prunes `{name}`, which is no parameter of this network.", nameof(name));
    }
}
