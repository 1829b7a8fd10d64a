using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Models.Training;

/// <summary>How long and on how many ranks a trial trains.</summary>
public sealed record TrainingOptions
{
    [Range(1, 100_000)]
    [Description("Passes over the training split.")]
    public int Epochs { get; init; } = 10;

    [Range(1L, 1_000_000_000L)]
    [Description("Ends the training after so many steps, whatever the epochs say; absent: no such limit.")]
    public long? MaxSteps { get; init; }

    [Range(1, 256)]
    [Description("Number of data-parallel ranks. The batch of data.batchSize samples is divided among them.")]
    public int WorldSize { get; init; } = 1;

    [Range(1, 100_000)]
    [Description("Epochs between two evaluations on the validation split; the last epoch is always evaluated.")]
    public int EvaluateEveryEpochs { get; init; } = 1;

    [Range(1L, 1_000_000_000L)]
    [Description("Steps between two checkpoints; absent: at the end of each epoch.")]
    public long? CheckpointEverySteps { get; init; }

    [Description("How the ranks exchange gradients; without effect for one rank.")]
    public ExchangeOptions Exchange { get; init; } = new();

    [Range(1.0, 1e12)]
    [Description("A training loss above this, or one that is not a number, ends the trial as diverged.")]
    public double DivergenceLoss { get; init; } = 1e4;
}
