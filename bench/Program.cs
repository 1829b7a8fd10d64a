using Orchestrator.Bench.AllReduce;
using Orchestrator.Bench.Crossover;
using Orchestrator.Bench.Masks;
using Orchestrator.Bench.Orchestration;
using Orchestrator.Bench.Overlap;
using Orchestrator.Bench.TrainingStep;

namespace Orchestrator.Bench;

/// <summary>Everything that the documents give figures for. <c>dotnet run --project bench -c Release -- NAME [options]</c>.</summary>
internal static class Program
{
    private static readonly Benchmark[] All =
    [
        new("training-step", "one GRU training step: ours, ours pruned, stock TorchSharp, Python's PyTorch", TrainingStepBenchmark.Run),
        new("orchestration", "what a trial costs beyond its training: 1,000 trials of one step", OrchestrationBenchmark.Run),
        new("training-step-child", "one side of training-step, steered through standard input", StepChild.Run),
        new("overlap", "what the gradient exchange adds to a training step, with and without overlap", OverlapBenchmark.Run),
        new("masked-exchange", "an exchange of all gradients beside one of the survivors alone", MaskedExchangeBenchmark.Run),
        new("packing", "packing and unpacking the gradients of surviving weights, beside a copy", PackingBenchmark.Run),
        new("crossover", "which AllReduce is the cheapest where, by the cost model: charts and tables of the documents", CrossoverBenchmark.Run),
        new("allreduce-model", "AllReduce predicted by the cost model, against measured", ModelBenchmark.Run),
        new("allreduce-peers", "AllReduce beside Open MPI and Gloo, processes on this machine", PeersBenchmark.Run),
        new("reduction", "adding up buffers, beside copying them", ReductionBenchmark.Run),
        new("masks", "applying and renewing the masks of one GRU layer, beside libtorch's product", MaskBenchmark.Run),
    ];

    public static int Main(string[] arguments)
    {
        Benchmark? chosen = Array.Find(All, benchmark => benchmark.Name == arguments.FirstOrDefault());
        if (chosen is not null)
            return chosen.Run(Options.Parse(arguments.AsSpan(1)));

        foreach (Benchmark benchmark in All)
            Console.WriteLine($"{benchmark.Name,-22} {benchmark.Summary}");
        return arguments is [] or ["list"] ? 0 : 2;
    }

    private sealed record Benchmark(string Name, string Summary, Func<Options, int> Run);
}
