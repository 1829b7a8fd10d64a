using System.Collections.Immutable;
using Orchestrator.Models.Checkpoints;
using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Randomness;
using Orchestrator.Models.Training;
using TorchSharp;
using TorchSharp.Modules;
using OptimizerOptions = Orchestrator.Models.Training.OptimizerOptions;

namespace Orchestrator.Models.Tests.Training;

internal sealed class FlatOptimizerTests
{
    private static readonly OptimizerOptions[] Optimizers =
    [
        new() { Kind = OptimizerKind.Sgd, LearningRate = 0.1 },
        new() { Kind = OptimizerKind.Sgd, LearningRate = 0.1, Momentum = 0.9, Nesterov = true, WeightDecay = 0.01 },
        new() { Kind = OptimizerKind.Adam, LearningRate = 0.1, WeightDecay = 0.01 },
        new() { Kind = OptimizerKind.Adamw, LearningRate = 0.1, WeightDecay = 0.1 },
    ];

    private readonly NetworkOptions _network = new() { HiddenSize = 5 };
    private readonly DataShape _shape = new(3, 4, TaskKind.Ctc);

    [TestCaseSource(nameof(Optimizers))]
    public void One_flat_parameter_is_stepped_as_many_small_ones_are(OptimizerOptions options)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var parameters = Parameters();
        using var optimizer = new FlatOptimizer(options, parameters);
        Parameter[] apart = [.. parameters.Infos.Select(info => new Parameter(parameters[info.Name].clone()))];
        using torch.optim.Optimizer other = Library(options, apart);

        for (ulong step = 0; step < 3; step++)
        {
            Draw(parameters, step);
            for (int index = 0; index < apart.Length; index++)
            {
                apart[index].grad = parameters.GradientOf(parameters.Infos[index].Name).clone();
            }

            optimizer.Step(0.1);
            _ = other.step();
        }

        for (int index = 0; index < apart.Length; index++)
        {
            Assert.That(
                parameters[parameters.Infos[index].Name].Floats().ToArray(), Is.EqualTo(apart[index].detach().Floats().ToArray()));
        }
    }

    [TestCaseSource(nameof(Optimizers))]
    public void A_restored_optimizer_goes_on_bit_by_bit(OptimizerOptions options)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var parameters = Parameters();
        using var optimizer = new FlatOptimizer(options, parameters);
        Step(parameters, optimizer, 0);
        Step(parameters, optimizer, 1);
        var saved = new SafeTensorsContent(ImmutableSortedDictionary<string, string>.Empty, [.. optimizer.Save()]);
        float[] weights = parameters.Values.Floats().ToArray();
        Step(parameters, optimizer, 2);

        using var later = Parameters();
        using var restored = new FlatOptimizer(options, later);
        weights.CopyTo(later.Values.Floats());
        restored.Load(saved);
        Step(later, restored, 2);

        Assert.That(later.Values.Floats().ToArray(), Is.EqualTo(parameters.Values.Floats().ToArray()));
    }

    [TestCaseSource(nameof(Optimizers))]
    public void Units_are_stepped_and_saved_as_the_whole_is(OptimizerOptions options)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var parameters = Parameters();
        using var apart = Parameters();
        using var whole = new FlatOptimizer(options, parameters);
        int count = (int)parameters.Count;
        using var units = new FlatOptimizer(
            options, apart, [[new(7, 20), new(0, 7)], [new(60, count - 60)], [new(27, 1), new(28, 32)]]);

        for (ulong step = 0; step < 3; step++)
        {
            Step(parameters, whole, step);
            Draw(apart, step);
            foreach (int unit in new[] { 2, 0, 1 })
            {
                units.Step(unit, 0.1);
            }
        }

        Assert.That(apart.Values.Floats().ToArray(), Is.EqualTo(parameters.Values.Floats().ToArray()));
        Assert.That(Bytes(units), Is.EqualTo(Bytes(whole)));
    }

    [TestCaseSource(nameof(Optimizers))]
    public void What_the_whole_saved_units_go_on_from_and_the_other_way_round(OptimizerOptions options)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var parameters = Parameters();
        using var apart = Parameters();
        using var whole = new FlatOptimizer(options, parameters);
        using var units = new FlatOptimizer(options, apart, [[new(0, 50)], [new(50, (int)parameters.Count - 50)]]);
        Step(parameters, whole, 0);
        Step(parameters, whole, 1);
        parameters.Values.Floats().CopyTo(apart.Values.Floats());

        units.Load(Content(whole));
        Step(parameters, whole, 2);
        Step(apart, units, 2);
        whole.Load(Content(units));
        Step(parameters, whole, 3);
        Step(apart, units, 3);

        Assert.That(apart.Values.Floats().ToArray(), Is.EqualTo(parameters.Values.Floats().ToArray()));
    }

    [Test]
    public void A_step_changes_what_the_network_says()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var network = new RecurrentNetwork(_network, _shape, seed: 1);
        using var optimizer = new FlatOptimizer(Optimizers[0], network.Parameters);
        var layout = new PackedLayout([3]);
        torch.Tensor input = torch.ones(3, 3);
        float[] before = network.Forward(input, layout, new DropoutKey(1, 1)).Floats().ToArray();

        network.Backward(torch.ones(3, 4));
        optimizer.Step(0.1);

        Assert.That(network.Forward(input, layout, training: null).Floats().ToArray(), Is.All.Not.EqualTo(before[0]));
    }

    [Test]
    public void The_learning_rate_is_the_step_s_own()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var parameters = Parameters();
        using var optimizer = new FlatOptimizer(Optimizers[0], parameters);
        float before = parameters.Values.Floats()[0];
        parameters.Gradients.Floats().Fill(1);

        optimizer.Step(0.5);

        Assert.That(parameters.Values.Floats()[0], Is.EqualTo(before - 0.5f));
    }

    [Test]
    public void The_state_of_another_network_is_refused()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var parameters = Parameters();
        using var optimizer = new FlatOptimizer(Optimizers[2], parameters);
        var saved = new SafeTensorsContent(
            ImmutableSortedDictionary<string, string>.Empty, [SafeTensor.Of("optimizer.first-moment", [1], (float[])[1])]);

        Assert.That(() => optimizer.Load(saved), Throws.TypeOf<SafeTensorsException>());
    }

    private static SafeTensorsContent Content(FlatOptimizer optimizer) =>
        new(ImmutableSortedDictionary<string, string>.Empty, [.. optimizer.Save()]);

    private static IEnumerable<(string Name, byte[] Bytes)> Bytes(FlatOptimizer optimizer) =>
        [.. optimizer.Save().Select(tensor => (tensor.Name, tensor.Data.ToArray()))];

    private static void Step(FlatParameters parameters, FlatOptimizer optimizer, ulong step)
    {
        Draw(parameters, step);
        optimizer.Step(0.1);
    }

    private static void Draw(FlatParameters parameters, ulong step)
    {
        var stream = SplitMix.Derive("gradients", step);
        foreach (ref float value in parameters.Gradients.Floats())
        {
            value = (float)stream.NextGaussian();
        }
    }

    private static torch.optim.Optimizer Library(OptimizerOptions options, Parameter[] parameters) => options.Kind switch
    {
        OptimizerKind.Sgd => torch.optim.SGD(
            parameters, 0.1, options.Momentum, weight_decay: options.WeightDecay, nesterov: options.Nesterov),
        OptimizerKind.Adam => torch.optim.Adam(parameters, 0.1, weight_decay: options.WeightDecay),
        _ => torch.optim.AdamW(parameters, 0.1, weight_decay: options.WeightDecay),
    };

    private FlatParameters Parameters()
    {
        var parameters = new FlatParameters(NetworkParameters.Of(_network, _shape));
        Initialization.Apply(parameters, _network, seed: 1);
        return parameters;
    }
}
