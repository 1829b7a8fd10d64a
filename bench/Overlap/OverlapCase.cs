using System.Collections.Immutable;
using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;

namespace Orchestrator.Bench.Overlap;

/// <summary>A training step to be exchanged: a GRU language model, sequence 64, vocabulary 96, Adam, float32.</summary>
/// <param name="Sparsity">Share of masked weights from before the first step on; 0: dense.</param>
internal sealed record OverlapCase(
    string Name, int Hidden, int Layers, bool Bidirectional = false, double ClipNorm = 1, double Sparsity = 0)
{
    private const int Sequence = 64;
    private const int Vocabulary = 96;

    /// <summary>A rank of it, on the calling thread.</summary>
    /// <param name="batch">Samples on this rank.</param>
    public RankTrainer Build(IGradientExchange exchange, int batch, bool overlap)
    {
        int all = batch * exchange.WorldSize;
        var data = new RandomText(all, Sequence, Vocabulary);
        var configuration = new TrialConfiguration
        {
            Data = new TextOptions { BatchSize = all },
            Network = new NetworkOptions
            {
                Kind = NetworkKind.Gru,
                HiddenSize = Hidden,
                Layers = Layers,
                Bidirectional = Bidirectional,
            },
            Optimizer = new OptimizerOptions { ClipNorm = ClipNorm },
            Training = new TrainingOptions
            {
                Epochs = 1_000_000,
                MaxSteps = 1_000_000,
                Exchange = new ExchangeOptions { Overlap = overlap },
            },
        };
        var trainer = new RankTrainer(
            new TrialRun
            {
                TrialId = "bench",
                Configuration = configuration,
                Seed = 1,
                Data = data,
                Exchange = exchange,
                Pruning = Program(NetworkParameters.Of(configuration.Network, data.Shape)),
                Directory = ".",
                Observer = Silence.Instance,
                Time = TimeProvider.System,
            },
            TrainingLength.Of(configuration, data.Train.Count));
        _ = trainer.RenewMasks(0);
        return trainer;
    }

    private PruningProgram Program(ImmutableArray<ParameterInfo> parameters) => Sparsity == 0
        ? PruningProgram.Dense
        : PruningProgram.Create(
            new PruningOptions { Method = PruningMethod.Random, Sparsity = Sparsity, StartEpoch = 0, EndEpoch = 0 },
            parameters,
            PruningSources.None,
            stepsPerEpoch: 1000,
            epochs: 10,
            totalSteps: 10_000,
            seed: 1);
}
