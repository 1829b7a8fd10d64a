using TorchSharp;

namespace Orchestrator.Models.Networks;

/// <summary>Scales the input of a recurrent layer: y = w ⊙ (x − mean) / √(variance + 10⁻⁵) + b.</summary>
internal abstract class FeatureNorm : IDisposable
{
    protected const double Epsilon = 1e-5;

    private readonly torch.Tensor _weight;
    private readonly torch.Tensor _bias;
    private readonly torch.Tensor _weightGradient;
    private readonly torch.Tensor _biasGradient;
    private readonly RowBuffer _output;
    private readonly RowBuffer _normalized;

    protected FeatureNorm(FlatParameters parameters, string prefix, int features)
    {
        _weight = parameters[prefix + ".norm.weight"];
        _bias = parameters[prefix + ".norm.bias"];
        _weightGradient = parameters.GradientOf(prefix + ".norm.weight");
        _biasGradient = parameters.GradientOf(prefix + ".norm.bias");
        _output = new RowBuffer(features);
        _normalized = new RowBuffer(features);
        Features = features;
        GradientRange weight = parameters.RangeOf(prefix + ".norm.weight");
        GradientRange bias = parameters.RangeOf(prefix + ".norm.bias");
        Gradients = new GradientRange(weight.Start, weight.Count + bias.Count);
    }

    /// <summary>Scale and shift, side by side.</summary>
    public GradientRange Gradients { get; }

    protected int Features { get; }

    public static FeatureNorm? Create(NetworkOptions network, FlatParameters parameters, int layer, int features) =>
        (layer, network.Normalization) switch
        {
            (0, _) or (_, Normalization.None) => null,
            (_, Normalization.Batch) => new FrameBatchNorm(parameters, $"layer{layer}", features),
            (_, Normalization.Layer) => new FrameLayerNorm(parameters, $"layer{layer}", features),
            _ => throw new ArgumentOutOfRangeException(nameof(network), network.Normalization, "Not a normalization."),
        };

    /// <summary>Numbers beside the parameters that belong to the network (running statistics), by the end of their name.</summary>
    public virtual IEnumerable<(string Name, torch.Tensor Value)> Statistics => [];

    /// <param name="input">[rows, features]; stays as it is.</param>
    public torch.Tensor Forward(torch.Tensor input, bool training)
    {
        int rows = (int)input.shape[0];
        torch.Tensor normalized = _normalized.Rows(rows);
        torch.Tensor output = _output.Rows(rows);
        Normalize(input.Floats(), normalized.Floats(), training);
        ReadOnlySpan<float> weight = _weight.Floats();
        ReadOnlySpan<float> bias = _bias.Floats();
        ReadOnlySpan<float> from = normalized.Floats();
        Span<float> to = output.Floats();
        for (int start = 0; start < from.Length; start += Features)
        {
            for (int feature = 0; feature < Features; feature++)
            {
                to[start + feature] = (from[start + feature] * weight[feature]) + bias[feature];
            }
        }

        return output;
    }

    /// <summary>Replaces the derivative by the output with that by the input, in place.</summary>
    /// <param name="gradient">[rows, features]</param>
    public void Backward(torch.Tensor gradient)
    {
        torch.Tensor normalized = _normalized.Rows((int)gradient.shape[0]);
        Span<float> asked = gradient.Floats();
        ReadOnlySpan<float> values = normalized.Floats();
        ReadOnlySpan<float> weight = _weight.Floats();
        var byWeight = new double[Features];
        var byBias = new double[Features];
        for (int start = 0; start < asked.Length; start += Features)
        {
            for (int feature = 0; feature < Features; feature++)
            {
                float value = asked[start + feature];
                byWeight[feature] += (double)value * values[start + feature];
                byBias[feature] += value;
                asked[start + feature] = value * weight[feature];
            }
        }

        Copy(byWeight, _weightGradient.Floats());
        Copy(byBias, _biasGradient.Floats());
        Denormalize(values, asked);
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _output.Dispose();
            _normalized.Dispose();
        }
    }

    /// <summary>(x − mean) / √(variance + ε) by the statistics that apply.</summary>
    protected abstract void Normalize(ReadOnlySpan<float> input, Span<float> normalized, bool training);

    /// <summary>From the derivative by the normalized numbers to that by the input, in place, for the last training pass.</summary>
    protected abstract void Denormalize(ReadOnlySpan<float> normalized, Span<float> gradient);

    private static void Copy(double[] from, Span<float> to)
    {
        for (int index = 0; index < from.Length; index++)
        {
            to[index] = (float)from[index];
        }
    }
}

/// <summary>Each frame by the mean and variance of its own features (Ba, Kiros, Hinton 2016): no frame knows of another.</summary>
internal sealed class FrameLayerNorm(FlatParameters parameters, string prefix, int features)
    : FeatureNorm(parameters, prefix, features)
{
    private double[] _scales = [];

    protected override void Normalize(ReadOnlySpan<float> input, Span<float> normalized, bool training)
    {
        int rows = input.Length / Features;
        if (_scales.Length < rows)
        {
            _scales = new double[rows];
        }

        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> from = input.Slice(row * Features, Features);
            Span<float> to = normalized.Slice(row * Features, Features);
            double mean = 0;
            foreach (float value in from)
            {
                mean += value;
            }

            mean /= Features;
            double variance = 0;
            foreach (float value in from)
            {
                variance += (value - mean) * (value - mean);
            }

            _scales[row] = 1 / Math.Sqrt((variance / Features) + Epsilon);
            for (int feature = 0; feature < Features; feature++)
            {
                to[feature] = (float)((from[feature] - mean) * _scales[row]);
            }
        }
    }

    protected override void Denormalize(ReadOnlySpan<float> normalized, Span<float> gradient)
    {
        for (int row = 0; row < gradient.Length / Features; row++)
        {
            ReadOnlySpan<float> values = normalized.Slice(row * Features, Features);
            Span<float> asked = gradient.Slice(row * Features, Features);
            double sum = 0;
            double along = 0;
            for (int feature = 0; feature < Features; feature++)
            {
                sum += asked[feature];
                along += (double)asked[feature] * values[feature];
            }

            for (int feature = 0; feature < Features; feature++)
            {
                asked[feature] = (float)(_scales[row]
                    * (asked[feature] - (sum / Features) - (values[feature] * along / Features)));
            }
        }
    }
}

/// <summary>
/// Each feature by its mean and variance over all frames of all samples of the batch, as in Deep Speech 2 (Amodei et
/// al. 2016, sequence-wise batch normalization). Evaluation uses running statistics with momentum 0.1, the variance
/// unbiased, as PyTorch does. The batch must be on one rank.
/// </summary>
internal sealed class FrameBatchNorm : FeatureNorm
{
    private const double Momentum = 0.1;

    private readonly torch.Tensor _mean;
    private readonly torch.Tensor _variance;
    private readonly string _prefix;
    private readonly double[] _scales;

    public FrameBatchNorm(FlatParameters parameters, string prefix, int features)
        : base(parameters, prefix, features)
    {
        _prefix = prefix;
        _scales = new double[features];
        _mean = torch.zeros(features, torch.float32).DetachFromDisposeScope();
        _variance = torch.ones(features, torch.float32).DetachFromDisposeScope();
    }

    public override IEnumerable<(string Name, torch.Tensor Value)> Statistics =>
        [(_prefix + ".norm.running-mean", _mean), (_prefix + ".norm.running-variance", _variance)];

    protected override void Normalize(ReadOnlySpan<float> input, Span<float> normalized, bool training)
    {
        int rows = input.Length / Features;
        Span<float> runningMean = _mean.Floats();
        Span<float> runningVariance = _variance.Floats();
        for (int feature = 0; feature < Features; feature++)
        {
            double mean = runningMean[feature];
            double variance = runningVariance[feature];
            if (training)
            {
                (mean, variance) = Moments(input, feature, rows);
                double unbiased = rows > 1 ? variance * rows / (rows - 1) : variance;
                runningMean[feature] = (float)(((1 - Momentum) * runningMean[feature]) + (Momentum * mean));
                runningVariance[feature] = (float)(((1 - Momentum) * runningVariance[feature]) + (Momentum * unbiased));
            }

            _scales[feature] = 1 / Math.Sqrt(variance + Epsilon);
            for (int index = feature; index < input.Length; index += Features)
            {
                normalized[index] = (float)((input[index] - mean) * _scales[feature]);
            }
        }
    }

    protected override void Denormalize(ReadOnlySpan<float> normalized, Span<float> gradient)
    {
        int rows = gradient.Length / Features;
        for (int feature = 0; feature < Features; feature++)
        {
            double sum = 0;
            double along = 0;
            for (int index = feature; index < gradient.Length; index += Features)
            {
                sum += gradient[index];
                along += (double)gradient[index] * normalized[index];
            }

            for (int index = feature; index < gradient.Length; index += Features)
            {
                gradient[index] = (float)(_scales[feature]
                    * (gradient[index] - (sum / rows) - (normalized[index] * along / rows)));
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _mean.Dispose();
            _variance.Dispose();
        }

        base.Dispose(disposing);
    }

    private (double Mean, double Variance) Moments(ReadOnlySpan<float> input, int feature, int rows)
    {
        double mean = 0;
        for (int index = feature; index < input.Length; index += Features)
        {
            mean += input[index];
        }

        mean /= rows;
        double variance = 0;
        for (int index = feature; index < input.Length; index += Features)
        {
            variance += (input[index] - mean) * (input[index] - mean);
        }

        return (mean, variance / rows);
    }
}
