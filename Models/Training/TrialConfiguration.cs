using System.ComponentModel;
using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;

namespace Orchestrator.Models.Training;

/// <summary>Everything that decides a trial's outcome, but for its seed.</summary>
public sealed record TrialConfiguration
{
    [Description("Data set and batch size.")]
    public required DataOptions Data { get; init; }

    [Description("Network.")]
    public NetworkOptions Network { get; init; } = new();

    [Description("Optimizer, learning rate, clipping.")]
    public OptimizerOptions Optimizer { get; init; } = new();

    [Description("Length of the training, ranks, checkpoints.")]
    public TrainingOptions Training { get; init; } = new();

    [Description("Pruning during the training.")]
    public PruningOptions Pruning { get; init; } = new();
}
