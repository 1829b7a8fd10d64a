namespace Orchestrator.Models.Pruning;

/// <summary>When the pruning happens, in steps done.</summary>
internal readonly record struct PruningTimes(long Start, long Ramp, long End)
{
    /// <summary>Narang et al. (arXiv 1704.05119), table 1: the slope rises after a quarter of all epochs, the masks freeze after half.</summary>
    private const double RampShare = 0.25;

    private const double EndShare = 0.5;

    private const double FineTuneShare = 0.25;

    /// <summary>"All epochs" are those that are trained, should <paramref name="totalSteps"/> end the training earlier.</summary>
    public static PruningTimes Of(PruningOptions options, long stepsPerEpoch, long totalSteps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stepsPerEpoch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(totalSteps, 1);
        return options.Method == PruningMethod.OneShot ? OneShot() : Gradual();

        PruningTimes OneShot()
        {
            long step = StepOf(options.AtEpoch)
                ?? totalSteps - (StepOf(options.FineTuneEpochs) ?? Share(FineTuneShare));
            return new PruningTimes(step, step, step);
        }

        PruningTimes Gradual()
        {
            long start = StepOf(options.StartEpoch)!.Value;
            long end = StepOf(options.EndEpoch) ?? Share(EndShare);
            long ramp = StepOf(options.RampEpoch) ?? Math.Clamp(Share(RampShare), start, Math.Max(start, end));
            return new PruningTimes(start, ramp, end);
        }

        long? StepOf(double? epoch) => epoch is { } e ? (long)Math.Round(e * stepsPerEpoch, MidpointRounding.AwayFromZero) : null;

        long Share(double share) => (long)Math.Round(share * totalSteps, MidpointRounding.AwayFromZero);
    }

    public static IEnumerable<PruningProblem> Problems(PruningOptions options, long stepsPerEpoch, int epochs, long totalSteps)
    {
        PruningTimes times = Of(options, stepsPerEpoch, totalSteps);
        string training = $"the training has {totalSteps} steps ({stepsPerEpoch} an epoch, {epochs} epochs asked for)";
        return options.Method == PruningMethod.OneShot
            ? times.OneShotProblems(options, totalSteps, training)
            : times.GradualProblems(options, totalSteps, training);
    }

    private IEnumerable<PruningProblem> OneShotProblems(PruningOptions options, long totalSteps, string training)
    {
        if (Start > totalSteps)
            yield return new("atEpoch", $"{options.AtEpoch} is step {Start}, but {training}; lower `atEpoch` or train longer.");
        if (Start < 0)
        {
            yield return new(
                "fineTuneEpochs",
                $"{options.FineTuneEpochs} epochs of fine-tuning are {totalSteps - Start} steps, but {training}; lower `fineTuneEpochs` or train longer.");
        }
    }

    private IEnumerable<PruningProblem> GradualProblems(PruningOptions options, long totalSteps, string training)
    {
        string end = options.EndEpoch is { } epoch ? $"epoch {epoch}" : "half of all epochs";
        bool canBeOneUpdate = options.Method == PruningMethod.Random;
        if (End > totalSteps)
            yield return new("endEpoch", $"{end} is step {End}, but {training}; lower `endEpoch` or train longer.");

        if (End < Start || (End == Start && !canBeOneUpdate))
        {
            yield return new(
                options.EndEpoch is null ? "startEpoch" : "endEpoch",
                $"the pruning would begin at step {Start} (epoch {options.StartEpoch}) and end at step {End} ({end}); {training}: "
                + "train longer, lower `startEpoch` or raise `endEpoch`.");
        }
        else if (options.Method == PruningMethod.GradualThreshold && (Ramp < Start || Ramp > End))
        {
            yield return new(
                "rampEpoch", $"{options.RampEpoch} is step {Ramp}, outside the pruning from step {Start} to step {End}.");
        }
        else if (End - Start < options.Interval && End != Start)
        {
            yield return new(
                "interval",
                $"{options.Interval} steps are longer than the whole pruning from step {Start} to step {End}; {training}: "
                + "lower `interval`, take a smaller batch or train longer.");
        }
    }
}
