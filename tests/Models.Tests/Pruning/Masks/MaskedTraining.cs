using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Pruning.Masks;
using Orchestrator.Models.Randomness;
using Orchestrator.Models.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Orchestrator.Models.Tests.Pruning.Masks;

/// <summary>A training without a network: libtorch's own optimizer on one flat tensor, with random weights and gradients.</summary>
internal sealed class MaskedTraining : IDisposable
{
    public const int StepsPerEpoch = 5;
    public const int Epochs = 12;
    public const int Steps = StepsPerEpoch * Epochs;

    private readonly long _seed;
    private readonly Parameter _flat;
    private readonly OptimizerHelper _optimizer;

    public MaskedTraining(PruningProgram program, ImmutableArray<ParameterInfo> network, OptimizerKind kind, long seed)
    {
        _seed = seed;
        _flat = new Parameter(Gaussian("weights", 0, network.Sum(parameter => parameter.Count)));
        _flat.grad = zeros_like(_flat);
        _optimizer = kind switch
        {
            OptimizerKind.Sgd => optim.SGD([_flat], 0.05, momentum: 0.9, weight_decay: 0.05),
            OptimizerKind.Adam => optim.Adam([_flat], 0.05, weight_decay: 0.05),
            OptimizerKind.Adamw => optim.AdamW([_flat], 0.05, weight_decay: 0.05),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
        Masks = new MaskSet(program, network, _flat);
        Masks.UpdateAfter(0);
        Masks.Apply();
    }

    public MaskSet Masks { get; }

    public long Step { get; private set; }

    public Tensor Flat => _flat;

    public Span<float> Weights => MemoryMarshal.Cast<byte, float>(_flat.bytes);

    public Span<int> Bits => MemoryMarshal.Cast<byte, int>(_flat.bytes);

    public Span<byte> Mask => Masks.FlatMask.bytes;

    /// <summary>One update of the optimizer; what the masks do with it is the caller's.</summary>
    public void Optimize()
    {
        using DisposeScope scope = NewDisposeScope();
        Step++;
        _flat.grad!.copy_(Gaussian("gradient", Step, _flat.numel()));
        _optimizer.step();
    }

    public void StepOnce()
    {
        Optimize();
        Masks.UpdateAfter(Step);
        Masks.Apply();
    }

    /// <summary>Weights, optimizer state and masks, as a checkpoint holds them.</summary>
    public (byte[] Weights, byte[] Mask, byte[] Optimizer) Save()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        _optimizer.save_state_dict(writer);
        return (_flat.bytes.ToArray(), Mask.ToArray(), stream.ToArray());
    }

    public void Load((byte[] Weights, byte[] Mask, byte[] Optimizer) saved, long step)
    {
        using var reader = new BinaryReader(new MemoryStream(saved.Optimizer));
        using Tensor mask = tensor(saved.Mask);
        saved.Weights.CopyTo(_flat.bytes);
        _optimizer.load_state_dict(reader);
        Masks.Restore(mask);
        Step = step;
    }

    public void Dispose()
    {
        Masks.Dispose();
        _optimizer.Dispose();
        _flat.Dispose();
    }

    private Tensor Gaussian(string purpose, long step, long count)
    {
        var stream = SplitMix.Derive(purpose, (ulong)_seed, (ulong)step);
        return tensor([.. Enumerable.Range(0, (int)count).Select(_ => (float)stream.NextGaussian())]);
    }
}
