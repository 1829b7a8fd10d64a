using System.Collections.Immutable;
using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;

namespace Orchestrator.Bench.TrainingStep;

/// <summary>The step of the training loop, batches packed anew each time, masks renewed each hundredth step where pruned.</summary>
internal sealed class OwnModel : IStepModel
{
    private const int Sequence = 64;
    private const int Batch = 32;
    private const int Vocabulary = 96;

    private readonly RankTrainer _trainer;
    private readonly int[] _batch = [.. Enumerable.Range(0, Batch)];
    private long _step;

    public OwnModel(int hidden, bool pruned)
    {
        var data = new RandomText(Batch, Sequence, Vocabulary);
        var configuration = new TrialConfiguration
        {
            Data = new TextOptions { BatchSize = Batch },
            Network = new NetworkOptions { Kind = NetworkKind.Gru, HiddenSize = hidden },
            Training = new TrainingOptions { Epochs = 1_000_000, MaxSteps = 1_000_000 },
        };
        var options = new PruningOptions { Method = PruningMethod.GradualCubic, StartEpoch = 0, EndEpoch = 1 };
        ImmutableArray<ParameterInfo> parameters = NetworkParameters.Of(configuration.Network, data.Shape);
        PruningProgram program = pruned
            ? PruningProgram.Create(options, parameters, new PruningSources(), stepsPerEpoch: 100_000, epochs: 10, totalSteps: 1_000_000, seed: 1)
            : PruningProgram.Dense;
        _trainer = new RankTrainer(
            new TrialRun
            {
                TrialId = "bench",
                Configuration = configuration,
                Seed = 1,
                Data = data,
                Exchange = new SingleRankExchange(),
                Pruning = program,
                Directory = ".",
                Observer = Silence.Instance,
                Time = TimeProvider.System,
            },
            TrainingLength.Of(configuration, data.Train.Count));
    }

    public void Step()
    {
        _ = _trainer.Step(_batch, _step, wantsStop: false);
        _step++;
    }

    public void Dispose() => _trainer.Dispose();
}
