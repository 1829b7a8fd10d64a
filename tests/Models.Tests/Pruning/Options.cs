using System.Collections.Immutable;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;

namespace Orchestrator.Models.Tests.Pruning;

/// <summary>Small networks, valid options and programs; a test names what matters to it.</summary>
internal static class Options
{
    public const long StepsPerEpoch = 100;
    public const int Epochs = 20;
    public const long Steps = StepsPerEpoch * Epochs;

    /// <summary>One GRU layer of 4 units over 3 inputs (36 + 48 weights, 24 biases) and 2 classes (8 + 2).</summary>
    public static readonly ImmutableArray<ParameterInfo> Gru = Network("reset", "update", "candidate");

    public static readonly ImmutableArray<ParameterInfo> Rnn = Network("hidden");

    public static PruningOptions Valid(PruningMethod method) => new() { Method = method, Quantile = Quantile(method) };

    /// <summary>Masks change at steps 100, 200, … 1000: half of all steps.</summary>
    public static PruningProgram Program(PruningOptions options, long seed = 1) => Program(options, Gru, seed);

    public static PruningProgram Program(PruningOptions options, ImmutableArray<ParameterInfo> network, long seed = 1) =>
        PruningProgram.Create(options, network, PruningSources.None, StepsPerEpoch, Epochs, Steps, seed);

    public static ImmutableArray<PruningProblem> Problems(PruningOptions options, long steps = Steps) =>
        PruningProgram.Validate(options, Gru, StepsPerEpoch, Epochs, steps);

    public static ImmutableArray<ParameterInfo> Network(params ImmutableArray<string> gates)
    {
        const int units = 4;
        int rows = units * gates.Length;
        return
        [
            new("layer0.forward.input", rows, 3, ParameterRole.Input, gates),
            new("layer0.forward.recurrent", rows, units, ParameterRole.Recurrent, gates),
            new("layer0.forward.input-bias", rows, 1, ParameterRole.Bias, gates),
            new("layer0.forward.recurrent-bias", rows, 1, ParameterRole.Bias, gates),
            new("output.weight", 2, units, ParameterRole.Output, []),
            new("output.bias", 2, 1, ParameterRole.Bias, []),
        ];
    }

    private static double? Quantile(PruningMethod method) => method == PruningMethod.GradualThreshold ? 0.5 : null;
}
