using System.Collections.Immutable;
using Orchestrator.Models.Data;
using TorchSharp;

namespace Orchestrator.Models.Networks;

/// <summary>
/// The network of <see cref="NetworkOptions"/>: layers of one or two directions, each but the first behind its
/// normalization, each followed by dropout; then a linear layer over each frame, or over the mean of a sample's frames for
/// classification. Forward and backward are written out over packed rows (see <see cref="PackedLayout"/>); nothing here
/// draws from, or sets, what threads share.
/// </summary>
/// <remarks>
/// Not thread-safe: each rank owns one. The tensors handed out live in buffers that the next pass writes again.
/// The caller holds a dispose scope open.
/// </remarks>
internal sealed class RecurrentNetwork : IDisposable
{
    private readonly NetworkOptions _network;
    private readonly Layer[] _layers;
    private readonly bool _pools;
    private readonly RowBuffer _means;
    private readonly RowBuffer _meansGradient;
    private readonly RowBuffer _scores;
    private readonly torch.Tensor _weight;
    private readonly torch.Tensor _bias;
    private readonly torch.Tensor _weightGradient;
    private readonly torch.Tensor _biasGradient;

    private PackedLayout? _layout;
    private torch.Tensor? _input;
    private bool _dropped;

    public RecurrentNetwork(NetworkOptions network, DataShape shape, long seed)
    {
        _network = network;
        Parameters = new FlatParameters(NetworkParameters.Of(network, shape));
        Initialization.Apply(Parameters, network, seed);
        int width = network.HiddenSize * (network.Bidirectional ? 2 : 1);
        _layers = [.. Enumerable.Range(0, network.Layers).Select(layer => new Layer(network, Parameters, layer, width))];
        _pools = shape.Task == TaskKind.Classification;
        _means = new RowBuffer(width);
        _meansGradient = new RowBuffer(width);
        _scores = new RowBuffer(shape.OutputSize);
        GradientRange output = Parameters.RangeOf("output.weight");
        GradientOrder =
        [
            new GradientRange(output.Start, output.Count + shape.OutputSize),
            .. _layers.Reverse().SelectMany(layer => layer.GradientOrder),
        ];
        _weight = Parameters["output.weight"];
        _bias = Parameters["output.bias"];
        _weightGradient = Parameters.GradientOf("output.weight");
        _biasGradient = Parameters.GradientOf("output.bias");
    }

    public FlatParameters Parameters { get; }

    /// <summary>The whole gradient buffer in the order in which <see cref="Backward"/> tells that it is final: from the output layer down.</summary>
    public ImmutableArray<GradientRange> GradientOrder { get; }

    /// <summary>Numbers that belong to the network but are not trained: running statistics of batch normalization.</summary>
    public IEnumerable<(string Name, torch.Tensor Value)> Statistics =>
        _layers.SelectMany(layer => layer.Norm?.Statistics ?? []);

    /// <summary>Scores before the softmax.</summary>
    /// <param name="input">[rows, inputs], packed as the layout says; stays untouched until the backward pass.</param>
    /// <param name="training">Draws of this step's dropout; null evaluates: nothing dropped, running statistics.</param>
    /// <returns>[rows, classes]; for classification [samples, classes], in the order of the layout's columns.</returns>
    public torch.Tensor Forward(torch.Tensor input, PackedLayout layout, DropoutKey? training)
    {
        _layout = layout;
        _input = input;
        _dropped = training is not null && _network.Dropout > 0;
        torch.Tensor features = input;
        foreach (Layer layer in _layers)
        {
            features = layer.Forward(features, layout, training);
        }

        torch.Tensor scored = features;
        if (_pools)
        {
            scored = _means.Rows(layout.Samples);
            MeanOverTime.Forward(features, layout, scored);
        }

        torch.Tensor scores = _scores.Rows((int)scored.shape[0]);
        using torch.Tensor transposed = _weight.t();
        _ = scores.copy_(_bias.expand(scores.shape));
        return scores.addmm_(scored, transposed);
    }

    /// <summary>Fills the gradient buffer, all of it, with the derivatives of the last training pass.</summary>
    /// <param name="scoresGradient">Derivative of the loss by the scores, of their shape.</param>
    /// <param name="final">
    /// Told each range of <see cref="GradientOrder"/>, in that order, as soon as the pass will neither write nor read there
    /// again, on this thread; null where nobody asks. What it throws ends the pass.
    /// </param>
    public void Backward(torch.Tensor scoresGradient, Action<GradientRange>? final = null)
    {
        PackedLayout layout = _layout ?? throw new InvalidOperationException("Nothing went forward.");
        torch.Tensor scored = _pools ? _means.Rows(layout.Samples) : _layers[^1].Output(layout);
        using torch.Tensor transposed = scoresGradient.t();
        _ = _weightGradient.addmm_(transposed, scored, beta: 0);
        Lanes.SumColumns(scoresGradient.Floats(), _biasGradient.Floats());
        final?.Invoke(GradientOrder[0]);
        torch.Tensor gradient = _layers[^1].OutputGradient(layout);
        if (_pools)
        {
            torch.Tensor means = _meansGradient.Rows(layout.Samples);
            _ = means.addmm_(scoresGradient, _weight, beta: 0);
            MeanOverTime.Backward(means, layout, gradient);
        }
        else
        {
            _ = gradient.addmm_(scoresGradient, _weight, beta: 0);
        }

        for (int index = _layers.Length - 1; index >= 0; index--)
        {
            torch.Tensor input = index == 0 ? _input! : _layers[index - 1].Output(layout);
            _layers[index].Backward(input, layout, index == 0 ? null : _layers[index - 1].OutputGradient(layout), _dropped, final);
        }
    }

    public void Dispose()
    {
        foreach (Layer layer in _layers)
        {
            layer.Dispose();
        }

        _means.Dispose();
        _meansGradient.Dispose();
        _scores.Dispose();
        Parameters.Dispose();
    }

    private sealed class Layer(NetworkOptions network, FlatParameters parameters, int index, int width) : IDisposable
    {
        private readonly RecurrentDirection[] _directions =
        [
            RecurrentDirection.Create(
                network, parameters, new DirectionPlace(index, Backward: false, IsLast: index == 0 && !network.Bidirectional)),
            .. network.Bidirectional
                ? [RecurrentDirection.Create(network, parameters, new DirectionPlace(index, Backward: true, IsLast: index == 0))]
                : Array.Empty<RecurrentDirection>(),
        ];

        private readonly FeatureDropout _dropout = new(network.Dropout, index, width);
        private readonly RowBuffer _output = new(width);
        private readonly RowBuffer _outputGradient = new(width);
        private torch.Tensor? _normalized;

        public IEnumerable<GradientRange> GradientOrder =>
        [
            .. _directions.SelectMany(direction => direction.GradientOrder),
            .. Norm is null ? Array.Empty<GradientRange>() : [Norm.Gradients],
        ];

        public FeatureNorm? Norm { get; } = FeatureNorm.Create(network, parameters, index, width);

        public torch.Tensor Output(PackedLayout layout) => _output.Rows(layout.Rows);

        public torch.Tensor OutputGradient(PackedLayout layout) => _outputGradient.Rows(layout.Rows);

        public torch.Tensor Forward(torch.Tensor input, PackedLayout layout, DropoutKey? training)
        {
            _normalized = Norm?.Forward(input, training is not null);
            torch.Tensor output = Output(layout);
            for (int direction = 0; direction < _directions.Length; direction++)
            {
                _directions[direction].Forward(_normalized ?? input, layout, output, direction * network.HiddenSize);
            }

            if (network.Dropout > 0 && training is { } key)
            {
                _dropout.Forward(output, layout, key);
            }

            return output;
        }

        public void Backward(
            torch.Tensor input, PackedLayout layout, torch.Tensor? inputGradient, bool dropped, Action<GradientRange>? final)
        {
            torch.Tensor gradient = OutputGradient(layout);
            if (dropped)
            {
                _dropout.Backward(gradient, layout);
            }

            for (int direction = 0; direction < _directions.Length; direction++)
            {
                _directions[direction].Backward(
                    _normalized ?? input,
                    layout,
                    gradient,
                    direction * network.HiddenSize,
                    inputGradient,
                    add: direction > 0,
                    final);
            }

            if (inputGradient is not null && Norm is not null)
            {
                Norm.Backward(inputGradient);
                final?.Invoke(Norm.Gradients);
            }
        }

        public void Dispose()
        {
            foreach (RecurrentDirection direction in _directions)
            {
                direction.Dispose();
            }

            _dropout.Dispose();
            _output.Dispose();
            _outputGradient.Dispose();
            Norm?.Dispose();
        }
    }
}
