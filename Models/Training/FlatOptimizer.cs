using Orchestrator.Models.Checkpoints;
using Orchestrator.Models.Networks;
using TorchSharp;
using TorchSharp.Modules;

namespace Orchestrator.Models.Training;

/// <summary>
/// The library's own optimizer over one parameter, the flat buffer: a step is a handful of operations, whatever the
/// number of layers, and its whole state is one or two tensors.
/// </summary>
internal sealed class FlatOptimizer : IDisposable
{
    private const string Momentum = "optimizer.momentum";
    private const string First = "optimizer.first-moment";
    private const string Second = "optimizer.second-moment";
    private const string Steps = "optimizer.steps";

    private readonly OptimizerHelper _optimizer;
    private readonly FlatParameters _parameters;

    public FlatOptimizer(OptimizerOptions options, FlatParameters parameters)
    {
        Parameter[] all = [parameters.Parameter];
        _parameters = parameters;
        _optimizer = options.Kind switch
        {
            OptimizerKind.Sgd => torch.optim.SGD(
                all, options.LearningRate, options.Momentum, 0, options.WeightDecay, options.Nesterov),
            OptimizerKind.Adam => torch.optim.Adam(
                all, options.LearningRate, options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay),
            OptimizerKind.Adamw => torch.optim.AdamW(
                all, options.LearningRate, options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Kind, "Not an optimizer."),
        };
    }

    private OptimizerState State => _optimizer.state_dict().State[0];

    public void Step(double learningRate)
    {
        foreach (torch.optim.ILearningRateController group in _optimizer.ParamGroups)
        {
            group.LearningRate = learningRate;
        }

        _ = _optimizer.step();
    }

    public IEnumerable<SafeTensor> Save() => State switch
    {
        SGD.State state => state.momentum_buffer is { } momentum ? [Pack(Momentum, momentum)] : [],
        Adam.State state => [Pack(First, state.exp_avg), Pack(Second, state.exp_avg_sq), Pack(Steps, state.step)],
        AdamW.State state => [Pack(First, state.exp_avg), Pack(Second, state.exp_avg_sq), Pack(Steps, state.step)],
        OptimizerState state => throw new InvalidOperationException($"{state.GetType()} is the state of no optimizer used here."),
    };

    /// <exception cref="SafeTensorsException">The checkpoint is not of this optimizer, or not of this network.</exception>
    public void Load(SafeTensorsContent checkpoint)
    {
        switch (State)
        {
            case SGD.State state when checkpoint.Find(Momentum) is { } momentum:
                state.momentum_buffer?.Dispose();
                state.momentum_buffer = torch.zeros_like(_parameters.Values).DetachFromDisposeScope();
                Unpack(momentum, state.momentum_buffer);
                break;
            case SGD.State:
                break;
            case Adam.State state:
                Unpack(checkpoint.Get(First), state.exp_avg);
                Unpack(checkpoint.Get(Second), state.exp_avg_sq);
                state.step = Number(checkpoint.Get(Steps));
                break;
            case AdamW.State state:
                Unpack(checkpoint.Get(First), state.exp_avg);
                Unpack(checkpoint.Get(Second), state.exp_avg_sq);
                state.step = Number(checkpoint.Get(Steps));
                break;
        }
    }

    public void Dispose() => _optimizer.Dispose();

    private static SafeTensor Pack(string name, torch.Tensor value)
    {
        using torch.Tensor detached = value.detach();
        return SafeTensor.Of(name, [value.NumberOfElements], detached.Floats());
    }

    private static SafeTensor Pack(string name, long value) => SafeTensor.Of(name, [], [value]);

    private static void Unpack(SafeTensor saved, torch.Tensor target)
    {
        using torch.Tensor detached = target.detach();
        if (saved.AsFloats().Length != detached.NumberOfElements)
        {
            throw new SafeTensorsException($"`{saved.Name}` is of another network.");
        }

        saved.AsFloats().CopyTo(detached.Floats());
    }

    private static long Number(SafeTensor saved) => saved.AsLongs() is [long number]
        ? number
        : throw new SafeTensorsException($"`{saved.Name}` is not one number.");
}
