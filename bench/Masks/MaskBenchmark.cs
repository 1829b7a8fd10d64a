using System.Collections.Immutable;
using System.Diagnostics;
using Orchestrator.Models.Native;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Pruning.Masks;
using static TorchSharp.torch;

namespace Orchestrator.Bench.Masks;

/// <summary>
/// What masks cost on the parameters of one GRU layer with as many inputs as units, at 90 % and on one thread: applying
/// them after a step, beside a product with a float mask in libtorch, and renewing them by each criterion.
/// </summary>
internal static class MaskBenchmark
{
    private const long LastUpdate = 1000;

    private const int AppliesPerRound = 20;

    public static int Run(Options options)
    {
        TorchRuntime.Initialize();
        set_num_threads(1);
        int hidden = options.Number("hidden", 256);
        int rounds = options.Number("rounds", 40);
        ImmutableArray<ParameterInfo> parameters = Parameters(hidden);
        using Tensor flat = zeros(parameters.Sum(parameter => parameter.Count));
        using Tensor product = (rand(flat.numel()) > 0.9).to(ScalarType.Float32);
        Side[] sides = [.. Sides(parameters, flat, product)];
        for (int round = -3; round < rounds; round++)
        {
            foreach (Side side in sides)
            {
                using Tensor weights = randn(flat.numel());
                flat.copy_(weights);
                side.Measure(keep: round >= 0);
            }
        }

        Console.WriteLine($"{flat.numel():N0} parameters, 90 % masked, one thread; {rounds} rounds, sides in turn.");
        foreach (Side side in sides)
        {
            Console.WriteLine($"{side.Name,-40}{new Measurements(side.Microseconds).Show("F0")} µs, median (min–max)");
            side.Dispose();
        }

        return 0;
    }

    private static IEnumerable<Side> Sides(ImmutableArray<ParameterInfo> parameters, Tensor flat, Tensor product)
    {
        MaskSet applied = Masks(parameters, flat, new() { Method = PruningMethod.GradualCubic });
        applied.UpdateAfter(LastUpdate);
        yield return new("apply", AppliesPerRound, applied.Apply, applied);
        yield return new("libtorch: mul_ by a float mask", AppliesPerRound, () => flat.mul_(product));
        yield return Update("update, threshold", new() { Method = PruningMethod.GradualThreshold, Quantile = 1.645 });
        yield return Update("update, top-k per matrix", new() { Method = PruningMethod.GradualCubic });
        yield return Update("update, top-k of all matrices", new() { Method = PruningMethod.GradualCubic, Scope = PruningScope.Global });
        yield return Update("update, random", new() { Method = PruningMethod.Random });

        Side Update(string name, PruningOptions options)
        {
            MaskSet masks = Masks(parameters, flat, options);
            return new(name, 1, () => masks.UpdateAfter(LastUpdate), masks);
        }
    }

    private static MaskSet Masks(ImmutableArray<ParameterInfo> parameters, Tensor flat, PruningOptions options) => new(
        PruningProgram.Create(options, parameters, PruningSources.None, stepsPerEpoch: 100, epochs: 20, totalSteps: 2000, seed: 1),
        parameters,
        flat);

    private static ImmutableArray<ParameterInfo> Parameters(int hidden)
    {
        ImmutableArray<string> gates = ["reset", "update", "candidate"];
        return
        [
            new("layer0.forward.input", 3 * hidden, hidden, ParameterRole.Input, gates),
            new("layer0.forward.recurrent", 3 * hidden, hidden, ParameterRole.Recurrent, gates),
            new("layer0.forward.input-bias", 3 * hidden, 1, ParameterRole.Bias, gates),
            new("layer0.forward.recurrent-bias", 3 * hidden, 1, ParameterRole.Bias, gates),
        ];
    }

    private sealed class Side(string name, int repeats, Action act, MaskSet? masks = null) : IDisposable
    {
        public string Name => name;

        public List<double> Microseconds { get; } = [];

        public void Measure(bool keep)
        {
            long start = Stopwatch.GetTimestamp();
            for (int repeat = 0; repeat < repeats; repeat++)
                act();
            if (keep)
                Microseconds.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / repeats);
        }

        public void Dispose() => masks?.Dispose();
    }
}
