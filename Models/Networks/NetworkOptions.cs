using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Models.Networks;

/// <summary>A stack of recurrent layers and a linear output layer over each time step (or over the mean of all steps, for classification).</summary>
public sealed record NetworkOptions
{
    [Description("Kind of the recurrent cell.")]
    public NetworkKind Kind { get; init; } = NetworkKind.Gru;

    [Description("Activation of a vanilla RNN; without effect for gru and lstm.")]
    public Activation Activation { get; init; } = Activation.Relu;

    [Range(0.1, 1000.0)]
    [Description("Ceiling of the clipped ReLU, min(max(x, 0), ceiling).")]
    public double ReluCeiling { get; init; } = 20.0;

    [Range(1, 16384)]
    [Description("Units per layer and direction.")]
    public int HiddenSize { get; init; } = 128;

    [Range(1, 32)]
    [Description("Number of recurrent layers.")]
    public int Layers { get; init; } = 1;

    [Description("Runs each layer in both directions and concatenates the outputs.")]
    public bool Bidirectional { get; init; }

    [Range(0.0, 0.95)]
    [Description("Dropout probability on the output of each recurrent layer.")]
    public double Dropout { get; init; }

    [Description("Normalization of each recurrent layer's input, from the second layer on. batch needs worldSize 1.")]
    public Normalization Normalization { get; init; } = Normalization.None;
}

public enum NetworkKind
{
    Rnn,
    Gru,
    Lstm,
}

public enum Activation
{
    Tanh,
    Relu,
    ClippedRelu,
}

public enum Normalization
{
    None,
    Batch,
    Layer,
}
