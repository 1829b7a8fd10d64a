using System.Collections.Immutable;
using Orchestrator.Models.Data;

namespace Orchestrator.Models.Networks;

/// <summary>
/// The exact parameters of a network, without building it: planning counts with them, the training loop lays out its
/// flat buffers by them, pruning addresses matrices by their names.
/// </summary>
/// <remarks>
/// Per layer l and direction d (<c>forward</c>, <c>backward</c>): <c>layer{l}.{d}.input</c> [G·H, in],
/// <c>layer{l}.{d}.recurrent</c> [G·H, H], <c>layer{l}.{d}.input-bias</c> and <c>layer{l}.{d}.recurrent-bias</c> [G·H],
/// with G gates stacked along the rows in PyTorch's order (RNN 1; GRU reset, update, candidate; LSTM input, forget, cell,
/// output). From the second layer on with normalization: <c>layer{l}.norm.weight</c> and <c>layer{l}.norm.bias</c> [in].
/// Last <c>output.weight</c> [classes, D·H] and <c>output.bias</c> [classes].
/// </remarks>
public static class NetworkParameters
{
    public static ImmutableArray<ParameterInfo> Of(NetworkOptions network, DataShape shape)
    {
        int directions = network.Bidirectional ? 2 : 1;
        ImmutableArray<string> gates = Gates(network.Kind);
        var parameters = ImmutableArray.CreateBuilder<ParameterInfo>();
        int input = shape.InputSize;
        for (int layer = 0; layer < network.Layers; layer++)
        {
            if (layer > 0 && network.Normalization != Normalization.None)
            {
                parameters.Add(new ParameterInfo($"layer{layer}.norm.weight", input, 1, ParameterRole.Norm, []));
                parameters.Add(new ParameterInfo($"layer{layer}.norm.bias", input, 1, ParameterRole.Norm, []));
            }

            for (int direction = 0; direction < directions; direction++)
            {
                string prefix = $"layer{layer}.{(direction == 0 ? "forward" : "backward")}";
                int rows = gates.Length * network.HiddenSize;
                parameters.Add(new ParameterInfo($"{prefix}.input", rows, input, ParameterRole.Input, gates));
                parameters.Add(new ParameterInfo($"{prefix}.recurrent", rows, network.HiddenSize, ParameterRole.Recurrent, gates));
                parameters.Add(new ParameterInfo($"{prefix}.input-bias", rows, 1, ParameterRole.Bias, gates));
                parameters.Add(new ParameterInfo($"{prefix}.recurrent-bias", rows, 1, ParameterRole.Bias, gates));
            }

            input = directions * network.HiddenSize;
        }

        parameters.Add(new ParameterInfo("output.weight", shape.OutputSize, input, ParameterRole.Output, []));
        parameters.Add(new ParameterInfo("output.bias", shape.OutputSize, 1, ParameterRole.Bias, []));
        return parameters.ToImmutable();
    }

    public static long Count(NetworkOptions network, DataShape shape) => Of(network, shape).Sum(parameter => parameter.Count);

    private static ImmutableArray<string> Gates(NetworkKind kind) => kind switch
    {
        NetworkKind.Rnn => ["hidden"],
        NetworkKind.Gru => ["reset", "update", "candidate"],
        NetworkKind.Lstm => ["input", "forget", "cell", "output"],
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a network kind."),
    };
}

/// <summary>One parameter tensor. A vector has one column. <paramref name="Gates"/> names the row blocks of equal height, top to bottom.</summary>
public sealed record ParameterInfo(string Name, int Rows, int Columns, ParameterRole Role, ImmutableArray<string> Gates)
{
    public long Count => (long)Rows * Columns;

    /// <summary>Weight matrices may be pruned; biases and normalization never are.</summary>
    public bool IsMatrix => Role is ParameterRole.Input or ParameterRole.Recurrent or ParameterRole.Output;
}

public enum ParameterRole
{
    Input,
    Recurrent,
    Output,
    Bias,
    Norm,
}
