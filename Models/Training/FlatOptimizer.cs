using System.Collections.Immutable;
using Orchestrator.Models.Checkpoints;
using Orchestrator.Models.Networks;
using TorchSharp;
using TorchSharp.Modules;

namespace Orchestrator.Models.Training;

/// <summary>
/// The library's own optimizer over one parameter, the flat buffer: a step is a handful of operations, whatever the
/// number of layers, and its whole state is one or two tensors. Where units are asked for, one such optimizer for each of
/// them: every value is updated by itself, so that the bits are the same, and so is what is saved.
/// </summary>
internal sealed class FlatOptimizer : IDisposable
{
    private const string Momentum = "optimizer.momentum";
    private const string First = "optimizer.first-moment";
    private const string Second = "optimizer.second-moment";
    private const string Steps = "optimizer.steps";

    private readonly FlatParameters _parameters;
    private readonly ImmutableArray<Part> _parts;
    private readonly ImmutableArray<OptimizerHelper> _units;

    /// <summary>One unit: everything.</summary>
    public FlatOptimizer(OptimizerOptions options, FlatParameters parameters)
        : this(options, parameters, [[new GradientRange(0, (int)parameters.Count)]])
    {
    }

    /// <param name="units">All values, each once, in groups that are stepped by themselves.</param>
    public FlatOptimizer(
        OptimizerOptions options, FlatParameters parameters, ImmutableArray<ImmutableArray<GradientRange>> units)
    {
        _parameters = parameters;
        ImmutableArray<Part>[] grouped = [.. units.Select(unit => unit.Select(range => new Part(parameters, range)).ToImmutableArray())];
        _parts = [.. grouped.SelectMany(parts => parts)];
        _units = [.. grouped.Select(parts => Create(options, [.. parts.Select(part => part.Parameter)]))];
    }

    public void Step(double learningRate)
    {
        for (int unit = 0; unit < _units.Length; unit++)
        {
            Step(unit, learningRate);
        }
    }

    /// <summary>Steps one unit. In each training step every unit is stepped once.</summary>
    public void Step(int unit, double learningRate)
    {
        foreach (torch.optim.ILearningRateController group in _units[unit].ParamGroups)
        {
            group.LearningRate = learningRate;
        }

        _ = _units[unit].step();
    }

    public IEnumerable<SafeTensor> Save() => States()[0].State switch
    {
        SGD.State state => state.momentum_buffer is null
            ? []
            : [Join(Momentum, part => ((SGD.State)part).momentum_buffer)],
        Adam.State state =>
        [
            Join(First, part => ((Adam.State)part).exp_avg),
            Join(Second, part => ((Adam.State)part).exp_avg_sq),
            SafeTensor.Of(Steps, [], [state.step]),
        ],
        AdamW.State state =>
        [
            Join(First, part => ((AdamW.State)part).exp_avg),
            Join(Second, part => ((AdamW.State)part).exp_avg_sq),
            SafeTensor.Of(Steps, [], [state.step]),
        ],
        OptimizerState state => throw new InvalidOperationException($"{state.GetType()} is the state of no optimizer used here."),
    };

    /// <exception cref="SafeTensorsException">The checkpoint is not of this optimizer, or not of this network.</exception>
    public void Load(SafeTensorsContent checkpoint)
    {
        foreach ((GradientRange range, OptimizerState state) in States())
        {
            Load(checkpoint, range, state);
        }
    }

    public void Dispose()
    {
        foreach (OptimizerHelper unit in _units)
        {
            unit.Dispose();
        }

        foreach (Part part in _parts)
        {
            part.Dispose();
        }
    }

    private static OptimizerHelper Create(OptimizerOptions options, Parameter[] parameters) => options.Kind switch
    {
        OptimizerKind.Sgd => torch.optim.SGD(
            parameters, options.LearningRate, options.Momentum, 0, options.WeightDecay, options.Nesterov),
        OptimizerKind.Adam => torch.optim.Adam(
            parameters, options.LearningRate, options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay),
        OptimizerKind.Adamw => torch.optim.AdamW(
            parameters, options.LearningRate, options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Kind, "Not an optimizer."),
    };

    /// <summary>In the order of the parts.</summary>
    private List<(GradientRange Range, OptimizerState State)> States() =>
        [.. _parts.Select(part => part.Range).Zip(_units.SelectMany(unit => unit.state_dict().State))];

    private SafeTensor Join(string name, Func<OptimizerState, torch.Tensor> of)
    {
        var all = new float[_parameters.Count];
        foreach ((GradientRange range, OptimizerState state) in States())
        {
            using torch.Tensor detached = of(state).detach();
            detached.Floats().CopyTo(all.AsSpan(range.Start));
        }

        return SafeTensor.Of(name, [_parameters.Count], all);
    }

    private void Load(SafeTensorsContent checkpoint, GradientRange range, OptimizerState state)
    {
        switch (state)
        {
            case SGD.State sgd when checkpoint.Find(Momentum) is { } momentum:
                sgd.momentum_buffer?.Dispose();
                sgd.momentum_buffer = torch.zeros(range.Count, torch.float32).DetachFromDisposeScope();
                Cut(momentum, range, sgd.momentum_buffer);
                break;
            case SGD.State:
                break;
            case Adam.State adam:
                Cut(checkpoint.Get(First), range, adam.exp_avg);
                Cut(checkpoint.Get(Second), range, adam.exp_avg_sq);
                adam.step = Number(checkpoint.Get(Steps));
                break;
            case AdamW.State adam:
                Cut(checkpoint.Get(First), range, adam.exp_avg);
                Cut(checkpoint.Get(Second), range, adam.exp_avg_sq);
                adam.step = Number(checkpoint.Get(Steps));
                break;
        }
    }

    private void Cut(SafeTensor saved, GradientRange range, torch.Tensor target)
    {
        ReadOnlySpan<float> all = saved.AsFloats();
        if (all.Length != _parameters.Count)
        {
            throw new SafeTensorsException($"`{saved.Name}` is of another network.");
        }

        using torch.Tensor detached = target.detach();
        all.Slice(range.Start, range.Count).CopyTo(detached.Floats());
    }

    private static long Number(SafeTensor saved) => saved.AsLongs() is [long number]
        ? number
        : throw new SafeTensorsException($"`{saved.Name}` is not one number.");

    /// <summary>A range of the flat buffers as a parameter, whose memory and gradient are views.</summary>
    private sealed class Part : IDisposable
    {
        private readonly torch.Tensor _gradient;

        public Part(FlatParameters parameters, GradientRange range)
        {
            Range = range;
            _gradient = parameters.Gradients.narrow(0, range.Start, range.Count).DetachFromDisposeScope();
            Parameter = new Parameter(parameters.Values.narrow(0, range.Start, range.Count));
            _ = Parameter.DetachFromDisposeScope();
            Parameter.grad = _gradient;
        }

        public GradientRange Range { get; }

        public Parameter Parameter { get; }

        public void Dispose()
        {
            Parameter.Dispose();
            _gradient.Dispose();
        }
    }
}
