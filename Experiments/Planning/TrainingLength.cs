using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Planning;

/// <summary>How long a trial trains.</summary>
/// <param name="StepsPerEpoch">Full batches only: what does not fill one is left out.</param>
/// <param name="Steps">In all, unless it diverges.</param>
public readonly record struct TrainingLength(long StepsPerEpoch, long Steps)
{
    public static TrainingLength Of(TrialConfiguration configuration, int trainCount)
    {
        long perEpoch = trainCount / configuration.Data.BatchSize;
        long all = perEpoch * configuration.Training.Epochs;
        return new TrainingLength(perEpoch, Math.Min(all, configuration.Training.MaxSteps ?? all));
    }
}
