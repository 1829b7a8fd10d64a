using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Randomness;
using TorchSharp;
using static TorchSharp.torch.nn.utils.rnn;
using Normalization = Orchestrator.Models.Networks.Normalization;

namespace Orchestrator.Models.Tests.Networks;

internal sealed class RecurrentNetworkTests
{
    private static readonly int[] Lengths = [5, 9, 2, 9];

    private static readonly NetworkOptions[] Networks =
    [
        new() { Kind = NetworkKind.Rnn, Activation = Activation.Tanh, HiddenSize = 19 },
        new() { Kind = NetworkKind.Rnn, Activation = Activation.Relu, HiddenSize = 16, Bidirectional = true, Layers = 2 },
        new() { Kind = NetworkKind.Gru, HiddenSize = 13, Layers = 2 },
        new() { Kind = NetworkKind.Gru, HiddenSize = 33, Bidirectional = true, Layers = 2 },
        new() { Kind = NetworkKind.Lstm, HiddenSize = 20, Bidirectional = true },
        new() { Kind = NetworkKind.Lstm, HiddenSize = 7, Layers = 3 },
    ];

    private static readonly NetworkOptions[] AllKinds =
    [
        .. Networks,
        new() { Kind = NetworkKind.Rnn, Activation = Activation.ClippedRelu, ReluCeiling = 0.2, HiddenSize = 11, Layers = 2 },
        new() { Kind = NetworkKind.Gru, HiddenSize = 9, Layers = 2, Normalization = Normalization.Layer },
        new() { Kind = NetworkKind.Gru, HiddenSize = 9, Layers = 3, Normalization = Normalization.Batch, Bidirectional = true },
        new() { Kind = NetworkKind.Lstm, HiddenSize = 9, Layers = 2, Dropout = 0.3 },
    ];

    private static IEnumerable<TestCaseData> NamedNetworks => Networks.Select(Named);

    private static IEnumerable<TestCaseData> NamedKinds => AllKinds.Select(Named);

    private readonly DataShape _shape = new(6, 5, TaskKind.Ctc);

    [TestCaseSource(nameof(NamedNetworks))]
    public void Scores_and_gradients_are_those_of_the_library_s_own_modules(NetworkOptions options)
    {
        using DisposeScope scope = Scope();
        using var network = new RecurrentNetwork(options, _shape, seed: 7);
        var layout = new PackedLayout(Lengths);
        torch.Tensor input = Input(layout, _shape.InputSize);
        torch.Tensor scoresGradient = Noise(layout.Rows, _shape.OutputSize, 3);

        float[] scores = network.Forward(input, layout, new DropoutKey(1, 1)).Floats().ToArray();
        network.Backward(scoresGradient);

        (float[] expectedScores, Dictionary<string, float[]> expected) = Library(options, network, input, layout, scoresGradient);
        Assert.That(scores, Is.EqualTo(expectedScores).Within(2e-6f));
        foreach (ParameterInfo info in network.Parameters.Infos)
        {
            Assert.That(
                network.Parameters.GradientOf(info.Name).Floats().ToArray(),
                Is.EqualTo(expected[info.Name]).Within(2e-5f),
                info.Name);
        }
    }

    [TestCaseSource(nameof(NamedKinds))]
    public void Gradients_are_the_slopes_of_the_loss(NetworkOptions options)
    {
        using DisposeScope scope = Scope();
        using var network = new RecurrentNetwork(options, _shape, seed: 5);
        var layout = new PackedLayout(Lengths);
        torch.Tensor input = Input(layout, _shape.InputSize);
        torch.Tensor weights = Noise(layout.Rows, _shape.OutputSize, 4);
        _ = network.Forward(input, layout, new DropoutKey(1, 1));
        network.Backward(weights);

        foreach (ParameterInfo info in network.Parameters.Infos)
        {
            float[] gradient = network.Parameters.GradientOf(info.Name).Floats().ToArray();
            int place = Array.IndexOf(gradient, gradient.MaxBy(Math.Abs));
            Assert.That(Slope(info.Name, place), Is.EqualTo(gradient[place]).Within(2).Percent, info.Name);
        }

        double Slope(string name, int place)
        {
            const float Step = 2e-3f;
            float before = network.Parameters[name].Floats()[place];
            network.Parameters[name].Floats()[place] = before + Step;
            double above = Loss();
            network.Parameters[name].Floats()[place] = before - Step;
            double below = Loss();
            network.Parameters[name].Floats()[place] = before;
            return (above - below) / (2 * Step);
        }

        double Loss()
        {
            float[] scores = network.Forward(input, layout, new DropoutKey(1, 1)).Floats().ToArray();
            return scores.Zip(weights.Floats().ToArray(), (score, weight) => (double)score * weight).Sum();
        }
    }

    [TestCaseSource(nameof(NamedKinds))]
    public void Parameters_are_those_that_planning_counts_with(NetworkOptions options)
    {
        using DisposeScope scope = Scope();
        using var network = new RecurrentNetwork(options, _shape, seed: 1);

        Assert.That(network.Parameters.Count, Is.EqualTo(NetworkParameters.Count(options, _shape)));
        Assert.That(
            network.Parameters.Infos.Select(info => (info.Name, info.Rows, info.Columns, info.Role)),
            Is.EqualTo(NetworkParameters.Of(options, _shape).Select(info => (info.Name, info.Rows, info.Columns, info.Role))));
        foreach (ParameterInfo info in network.Parameters.Infos)
        {
            long[] shape = info.IsMatrix ? [info.Rows, info.Columns] : [info.Rows];
            Assert.That(network.Parameters[info.Name].shape, Is.EqualTo(shape), info.Name);
        }
    }

    [TestCaseSource(nameof(NamedKinds))]
    public void Every_number_of_the_gradient_is_written(NetworkOptions options)
    {
        using DisposeScope scope = Scope();
        using var network = new RecurrentNetwork(options, _shape, seed: 1);
        var layout = new PackedLayout(Lengths);
        network.Parameters.Gradients.Floats().Fill(float.NaN);

        _ = network.Forward(Input(layout, _shape.InputSize), layout, new DropoutKey(1, 1));
        network.Backward(Noise(layout.Rows, _shape.OutputSize, 3));

        Assert.That(network.Parameters.Gradients.Floats().ToArray(), Has.None.NaN);
    }

    [TestCaseSource(nameof(NamedKinds))]
    public void What_is_told_final_never_changes_again_and_in_the_end_all_is(NetworkOptions options)
    {
        using DisposeScope scope = Scope();
        using var network = new RecurrentNetwork(options, _shape, seed: 1);
        var layout = new PackedLayout(Lengths);
        var told = new List<(GradientRange Range, float[] Values)>();
        network.Parameters.Gradients.Floats().Fill(float.NaN);

        _ = network.Forward(Input(layout, _shape.InputSize), layout, new DropoutKey(1, 1));
        network.Backward(
            Noise(layout.Rows, _shape.OutputSize, 3),
            range => told.Add((range, network.Parameters.Gradients.Floats().Slice(range.Start, range.Count).ToArray())));

        Assert.That(told.Select(final => final.Range), Is.EqualTo(network.GradientOrder));
        Assert.That(
            told.SelectMany(final => Enumerable.Range(final.Range.Start, final.Range.Count)).Order(),
            Is.EqualTo(Enumerable.Range(0, (int)network.Parameters.Count)));
        float[] gradients = network.Parameters.Gradients.Floats().ToArray();
        foreach ((GradientRange range, float[] values) in told)
        {
            Assert.That(values, Has.None.NaN.And.EqualTo(gradients[range.Start..range.End]), $"{range}");
        }
    }

    [Test]
    public void Gradients_become_final_from_the_output_layer_down_the_larger_matrix_of_a_direction_first()
    {
        using DisposeScope scope = Scope();
        var options = new NetworkOptions { Kind = NetworkKind.Gru, HiddenSize = 8, Layers = 2, Bidirectional = true };
        using var network = new RecurrentNetwork(options, _shape, seed: 1);

        string[] firsts = [.. network.GradientOrder.Select(range =>
            network.Parameters.Infos.First(info => network.Parameters.RangeOf(info.Name).Start == range.Start).Name)];

        Assert.That(firsts, Is.EqualTo(new[]
        {
            "output.weight",
            "layer1.forward.input", "layer1.forward.recurrent",
            "layer1.backward.input", "layer1.backward.recurrent",
            "layer0.forward.recurrent", "layer0.forward.input",
            "layer0.backward.recurrent", "layer0.backward.input",
        }));
    }

    [TestCase(NetworkKind.Gru, 192, 96, 512)]
    [TestCase(NetworkKind.Lstm, 160, 100, 333)]
    [TestCase(NetworkKind.Rnn, 500, 40, 150)]
    public void Parts_that_leave_early_have_the_bits_of_the_whole(NetworkKind kind, int hidden, int inputs, int frames)
    {
        using DisposeScope scope = Scope();
        var options = new NetworkOptions { Kind = kind, Activation = Activation.Tanh, HiddenSize = hidden };
        using var network = new RecurrentNetwork(options, _shape with { InputSize = inputs }, seed: 1);
        var layout = new PackedLayout([frames]);
        torch.Tensor input = Input(layout, inputs);
        torch.Tensor gradient = Noise(layout.Rows, _shape.OutputSize, 3);
        _ = network.Forward(input, layout, new DropoutKey(1, 1));
        network.Backward(gradient);
        float[] whole = network.Parameters.Gradients.Floats().ToArray();
        int told = 0;

        _ = network.Forward(input, layout, new DropoutKey(1, 1));
        network.Backward(gradient, _ => told++);

        Assert.That(network.Parameters.Gradients.Floats().ToArray(), Is.EqualTo(whole));
        Assert.That(told, Is.GreaterThan(3), "output, and both matrices in parts");
    }

    [TestCaseSource(nameof(NamedKinds))]
    public void A_sample_alone_scores_as_it_does_beside_longer_ones(NetworkOptions options)
    {
        using DisposeScope scope = Scope();
        using var network = new RecurrentNetwork(options, _shape, seed: 2);
        var layout = new PackedLayout(Lengths);
        torch.Tensor input = Input(layout, _shape.InputSize);
        float[] together = network.Forward(input, layout, training: null).Floats().ToArray();
        float[] inputs = input.Floats().ToArray();

        for (int column = 0; column < layout.Samples; column++)
        {
            var alone = new PackedLayout([layout.Lengths[column]]);
            float[] own = [.. Enumerable.Range(0, alone.Frames)
                .SelectMany(time => inputs.AsSpan(layout.RowOf(time, column) * 6, 6).ToArray())];
            float[] scores = network.Forward(torch.tensor(own).view(-1, 6), alone, training: null).Floats().ToArray();
            float[] expected = [.. Enumerable.Range(0, alone.Frames)
                .SelectMany(time => together.AsSpan(layout.RowOf(time, column) * 5, 5).ToArray())];
            Assert.That(scores, Is.EqualTo(expected).Within(2e-6f));
        }
    }

    [Test]
    public void Classification_scores_the_mean_of_a_sample_s_frames()
    {
        using DisposeScope scope = Scope();
        var options = new NetworkOptions { Kind = NetworkKind.Gru, HiddenSize = 10 };
        using var frames = new RecurrentNetwork(options, _shape, seed: 2);
        using var network = new RecurrentNetwork(options, _shape with { Task = TaskKind.Classification }, seed: 2);
        var layout = new PackedLayout(Lengths);
        torch.Tensor input = Input(layout, _shape.InputSize);

        float[] byFrame = frames.Forward(input, layout, training: null).Floats().ToArray();
        float[] scores = network.Forward(input, layout, training: null).Floats().ToArray();

        for (int column = 0; column < layout.Samples; column++)
        {
            for (int label = 0; label < 5; label++)
            {
                float mean = Enumerable.Range(0, layout.Lengths[column])
                    .Average(time => byFrame[(layout.RowOf(time, column) * 5) + label]);
                Assert.That(scores[(column * 5) + label], Is.EqualTo(mean).Within(2e-6f));
            }
        }
    }

    [Test]
    public void Classification_s_gradients_are_the_slopes_of_the_loss()
    {
        using DisposeScope scope = Scope();
        var options = new NetworkOptions { Kind = NetworkKind.Gru, HiddenSize = 10 };
        using var network = new RecurrentNetwork(options, _shape with { Task = TaskKind.Classification }, seed: 2);
        var layout = new PackedLayout(Lengths);
        torch.Tensor input = Input(layout, _shape.InputSize);
        float[] weights = Noise(layout.Samples, 5, 4).Floats().ToArray();
        _ = network.Forward(input, layout, training: new DropoutKey(1, 1));
        network.Backward(torch.tensor(weights).view(-1, 5));
        float gradient = network.Parameters.GradientOf("layer0.forward.recurrent").Floats()[17];

        network.Parameters["layer0.forward.recurrent"].Floats()[17] += 0.01f;
        double above = Loss();
        network.Parameters["layer0.forward.recurrent"].Floats()[17] -= 0.02f;
        double below = Loss();

        Assert.That((above - below) / 0.02, Is.EqualTo(gradient).Within(5).Percent);

        double Loss() => network.Forward(input, layout, training: null).Floats().ToArray()
            .Zip(weights, (score, weight) => (double)score * weight).Sum();
    }

    [Test]
    public void Initialization_follows_from_seed_and_name_alone()
    {
        using DisposeScope scope = Scope();
        var options = new NetworkOptions { Kind = NetworkKind.Gru, HiddenSize = 8 };
        using var one = new RecurrentNetwork(options, _shape, seed: 3);
        using var same = new RecurrentNetwork(options with { Layers = 2, Dropout = 0.5 }, _shape, seed: 3);
        using var other = new RecurrentNetwork(options, _shape, seed: 4);

        float[] weights = one.Parameters["layer0.forward.recurrent"].Floats().ToArray();

        Assert.That(same.Parameters["layer0.forward.recurrent"].Floats().ToArray(), Is.EqualTo(weights));
        Assert.That(other.Parameters["layer0.forward.recurrent"].Floats().ToArray(), Is.Not.EqualTo(weights));
        Assert.That(weights.Max(), Is.LessThan(1 / Math.Sqrt(8)).And.GreaterThan(0.8 / Math.Sqrt(8)));
    }

    [Test]
    public void A_rank_drops_what_one_rank_with_the_whole_batch_would_drop()
    {
        using DisposeScope scope = Scope();
        using var dropout = new FeatureDropout(0.4, layer: 1, columns: 7);
        var whole = new PackedLayout([4, 4, 4, 4]);
        var half = new PackedLayout([4, 4], firstPosition: 2);
        torch.Tensor all = torch.ones(16, 7);
        torch.Tensor part = torch.ones(8, 7);

        dropout.Forward(all, whole, new DropoutKey(11, 5));
        dropout.Forward(part, half, new DropoutKey(11, 5));

        float[] expected = all.view(4, 4, 7).narrow(1, 2, 2).contiguous().Floats().ToArray();
        Assert.That(part.Floats().ToArray(), Is.EqualTo(expected));
        Assert.That(expected.Distinct(), Is.EquivalentTo(new[] { 0f, 1 / 0.6f }));
    }

    [Test]
    public void Dropout_drops_its_share()
    {
        using DisposeScope scope = Scope();
        using var dropout = new FeatureDropout(0.3, layer: 0, columns: 100);
        torch.Tensor features = torch.ones(1000, 100);

        dropout.Forward(features, new PackedLayout([1000]), new DropoutKey(1, 1));

        double dropped = features.Floats().ToArray().Count(value => value == 0) / 100_000.0;
        Assert.That(dropped, Is.EqualTo(0.3).Within(0.006), "four standard deviations");
    }

    [Test]
    public void Evaluation_of_batch_normalization_does_not_depend_on_the_batch()
    {
        using DisposeScope scope = Scope();
        var options = new NetworkOptions { HiddenSize = 9, Layers = 2, Normalization = Normalization.Batch };
        using var network = new RecurrentNetwork(options, _shape, seed: 2);
        var layout = new PackedLayout(Lengths);
        torch.Tensor input = Input(layout, _shape.InputSize);
        float[] before = network.Forward(input, layout, training: null).Floats().ToArray();

        _ = network.Forward(input, layout, new DropoutKey(1, 1));

        Assert.That(network.Forward(input, layout, training: null).Floats().ToArray(), Is.Not.EqualTo(before));
        Assert.That(network.Statistics.Select(statistic => statistic.Name), Is.EqualTo(new[]
        {
            "layer1.norm.running-mean",
            "layer1.norm.running-variance",
        }));
    }

    private static TestCaseData Named(NetworkOptions network) => new TestCaseData(network).SetArgDisplayNames(
        $"{network.Layers} x {network.Kind} {network.HiddenSize}"
        + (network.Kind == NetworkKind.Rnn ? $" {network.Activation}" : "")
        + (network.Bidirectional ? ", both directions" : "")
        + (network.Normalization == Normalization.None ? "" : $", {network.Normalization} norm")
        + (network.Dropout > 0 ? ", dropout" : ""));

    private static DisposeScope Scope()
    {
        torch.set_num_threads(1);
        return torch.NewDisposeScope();
    }

    private static torch.Tensor Input(PackedLayout layout, int columns) => Noise(layout.Rows, columns, 9);

    private static torch.Tensor Noise(int rows, int columns, ulong seed)
    {
        var stream = SplitMix.Derive("noise", seed);
        return torch.tensor([.. Enumerable.Range(0, rows * columns).Select(_ => (float)stream.NextGaussian())]).view(rows, columns);
    }

    /// <summary>The same network from PyTorch's modules, on packed sequences, with autograd.</summary>
    private static (float[] Scores, Dictionary<string, float[]> Gradients) Library(
        NetworkOptions options, RecurrentNetwork network, torch.Tensor input, PackedLayout layout, torch.Tensor scoresGradient)
    {
        torch.nn.Module module = options.Kind switch
        {
            NetworkKind.Gru => torch.nn.GRU(6, options.HiddenSize, options.Layers, bidirectional: options.Bidirectional),
            NetworkKind.Lstm => torch.nn.LSTM(6, options.HiddenSize, options.Layers, bidirectional: options.Bidirectional),
            _ => torch.nn.RNN(
                6,
                options.HiddenSize,
                options.Layers,
                options.Activation == Activation.Tanh
                    ? torch.nn.NonLinearities.Tanh
                    : torch.nn.NonLinearities.ReLU,
                bidirectional: options.Bidirectional),
        };
        var own = new List<(string Name, torch.Tensor Value)>();
        foreach (ParameterInfo info in network.Parameters.Infos)
        {
            torch.Tensor value = info.Role == ParameterRole.Output || info.Name == "output.bias"
                ? torch.zeros(network.Parameters[info.Name].shape, requires_grad: true)
                : module.get_parameter(LibraryName(info.Name))!;
            using (torch.no_grad())
            {
                _ = value.copy_(network.Parameters[info.Name]);
            }

            own.Add((info.Name, value));
        }

        torch.Tensor padded = torch.zeros(layout.Frames, layout.Samples, 6);
        for (int time = 0; time < layout.Frames; time++)
        {
            _ = padded[time].narrow(0, 0, layout.Active[time]).copy_(input.narrow(0, layout.Offsets[time], layout.Active[time]));
        }

        PackedSequence packed = pack_padded_sequence(padded, torch.tensor(layout.Lengths.Select(length => (long)length).ToArray()));
        torch.Tensor features = module switch
        {
            TorchSharp.Modules.GRU gru => gru.call(packed).Item1.data,
            TorchSharp.Modules.LSTM lstm => lstm.call(packed).Item1.data,
            TorchSharp.Modules.RNN rnn => rnn.call(packed).Item1.data,
            _ => throw new InvalidOperationException(),
        };
        torch.Tensor scores = torch.nn.functional.linear(features, own[^2].Value, own[^1].Value);
        scores.backward([scoresGradient]);
        return (
            scores.detach().Floats().ToArray(),
            own.ToDictionary(parameter => parameter.Name, parameter => parameter.Value.grad!.contiguous().Floats().ToArray()));
    }

    /// <summary>layer1.backward.recurrent-bias → bias_hh_l1_reverse</summary>
    private static string LibraryName(string name)
    {
        string[] parts = name.Split('.');
        string kind = parts[2] switch
        {
            "input" => "weight_ih",
            "recurrent" => "weight_hh",
            "input-bias" => "bias_ih",
            _ => "bias_hh",
        };
        return $"{kind}_l{parts[0][5..]}{(parts[1] == "backward" ? "_reverse" : "")}";
    }
}
