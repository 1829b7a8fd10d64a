using Orchestrator.Models.Data;
using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Planning;

/// <summary>
/// A guess of how long a plan takes, before anything is measured: right within a factor of three or so on one thread of a
/// processor of 2020 or later. Progress tells better as soon as the first steps are done.
/// </summary>
public static class CostEstimate
{
    /// <summary>What one thread makes of the large products of a step.</summary>
    private const double FlopPerSecond = 40e9;

    /// <summary>Forward, and twice as much backward, for each parameter and time step of a sample.</summary>
    private const double FlopPerParameter = 6;

    /// <summary>Of a time step of one layer and direction, forward and backward, however small it is.</summary>
    private const double SecondsPerTimeStep = 60e-6;

    /// <summary>Evaluations, masks, checkpoints.</summary>
    private const double ShareBesideSteps = 0.15;

    /// <summary>Time on <paramref name="slots"/> slots: trials start in the order of the plan, as soon as there is room and their sources have ended.</summary>
    public static TimeSpan Of(Plan plan, int slots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        double[] freeAt = new double[slots];
        var ends = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (Trial trial in plan.Trials)
        {
            Cell cell = plan.Cells[trial.Cell];
            int ranks = Math.Min(cell.Configuration.Training.WorldSize, slots);
            Array.Sort(freeAt);
            double start = trial.DependsOn.Select(source => ends.GetValueOrDefault(source)).Append(freeAt[ranks - 1]).Max();
            double end = start + (SecondsOf(cell) / ranks);
            Array.Fill(freeAt, end, 0, ranks);
            ends[trial.Id] = end;
        }

        return TimeSpan.FromSeconds(freeAt.Max());
    }

    /// <summary>Of one trial on one slot.</summary>
    internal static double SecondsOf(Cell cell)
    {
        TrialConfiguration configuration = cell.Configuration;
        double frames = FramesOf(configuration.Data);
        int lanes = configuration.Network.Layers * (configuration.Network.Bidirectional ? 2 : 1);
        double flop = FlopPerParameter * cell.Parameters * configuration.Data.BatchSize * frames;
        double step = (flop / FlopPerSecond) + (SecondsPerTimeStep * frames * lanes);
        return (1 + ShareBesideSteps) * step * cell.Length.Steps;
    }

    /// <summary>Time steps of a mean sample; measured on the real sets, without reading them.</summary>
    private static double FramesOf(DataOptions data) => data switch
    {
        TextOptions text => text.SequenceLength,
        SyntheticDigitsOptions digits => digits.FramesPerDigit * (digits.DigitsMin + digits.DigitsMax) / 2.0,
        SpokenDigitsOptions digits => 43.0 / digits.FrameStacking,
        SpokenDigitSequencesOptions digits => 55.0 * (digits.DigitsMin + digits.DigitsMax) / 2 / digits.FrameStacking,
        YesNoOptions words => 630.0 / words.FrameStacking,
        _ => 100,
    };
}
