namespace Orchestrator.Models.Training;

/// <summary>The learning rate as a function of the step alone, so that nothing of it need be saved.</summary>
internal static class LearningRates
{
    /// <param name="step">Steps done before this one.</param>
    public static double At(OptimizerOptions optimizer, TrainingLength length, long step)
    {
        LearningRateSchedule schedule = optimizer.Schedule;
        double warmup = step < schedule.WarmupSteps ? (step + 1.0) / schedule.WarmupSteps : 1;
        return optimizer.LearningRate * warmup * Decay(schedule, length, step);
    }

    private static double Decay(LearningRateSchedule schedule, TrainingLength length, long step)
    {
        double intervals = length.EpochAfter(step) / schedule.EveryEpochs;
        double whole = Math.Max(1, length.Steps - schedule.WarmupSteps);
        double progress = Math.Clamp((step - schedule.WarmupSteps) / whole, 0, 1);
        double rest = 1 - schedule.Factor;
        return schedule.Kind switch
        {
            LearningRateDecay.Constant => 1,
            LearningRateDecay.Step => Math.Pow(schedule.Factor, Math.Floor(intervals)),
            LearningRateDecay.Exponential => Math.Pow(schedule.Factor, intervals),
            LearningRateDecay.Cosine => schedule.Factor + (rest * (1 + Math.Cos(Math.PI * progress)) / 2),
            LearningRateDecay.Linear => 1 - (rest * progress),
            _ => throw new ArgumentOutOfRangeException(nameof(schedule), schedule.Kind, "Not a decay."),
        };
    }
}
