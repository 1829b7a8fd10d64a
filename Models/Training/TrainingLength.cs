namespace Orchestrator.Models.Training;

/// <summary>How many steps a trial takes, and which of them end an epoch.</summary>
/// <param name="StepsPerEpoch">Full batches of the training split.</param>
/// <param name="Steps">Steps in all: of all epochs, or fewer if <see cref="TrainingOptions.MaxSteps"/> says so.</param>
public sealed record TrainingLength(long StepsPerEpoch, long Steps)
{
    /// <param name="trainCount">Samples of the training split.</param>
    public static TrainingLength Of(TrialConfiguration configuration, int trainCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trainCount, configuration.Data.BatchSize);
        long perEpoch = trainCount / configuration.Data.BatchSize;
        long all = checked(perEpoch * configuration.Training.Epochs);
        return new TrainingLength(perEpoch, Math.Min(all, configuration.Training.MaxSteps ?? all));
    }

    /// <summary>Epochs done after so many steps.</summary>
    public double EpochAfter(long step) => (double)step / StepsPerEpoch;

    /// <summary>Whether the step closes an epoch, be it one that is cut short.</summary>
    public bool EndsEpoch(long step) => step % StepsPerEpoch == 0 || step == Steps;
}
