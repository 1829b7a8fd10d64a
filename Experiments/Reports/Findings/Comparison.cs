using System.Collections.Immutable;
using Orchestrator.Experiments.Statistics;

namespace Orchestrator.Experiments.Reports.Findings;

/// <summary>
/// A cell against its control, over the seeds at which both succeeded. Differences are cell − control in the
/// objective's unit; ratios of size are control / cell (above 1: the cell is smaller), the ratio of training time is
/// cell / control (above 1: the cell took longer).
/// </summary>
internal sealed record Comparison
{
    public required string Cell { get; init; }

    public required string Control { get; init; }

    public required string Family { get; init; }

    /// <summary>Comparisons corrected together, this one included.</summary>
    public int FamilySize { get; init; } = 1;

    public required ImmutableArray<long> Seeds { get; init; }

    public int Pairs => Seeds.Length;

    /// <summary>Means over the pairs, so that their difference is the one stated.</summary>
    public double CellMean { get; init; }

    public double ControlMean { get; init; }

    public double Difference { get; init; }

    /// <summary>Of the difference: the exact one where the pairs allow it, else Student's.</summary>
    public Interval? Interval { get; init; }

    public bool IsIntervalExact { get; init; }

    public Interval? StudentInterval { get; init; }

    public Interval? BcaInterval { get; init; }

    /// <summary>Whether the two cells gave the same value at every seed.</summary>
    public bool IsIdentical { get; init; }

    public double ExactP { get; init; } = 1;

    public double ExactPAdjusted { get; init; } = 1;

    public double? StudentP { get; init; }

    public double? WilcoxonP { get; init; }

    public DecidingTest DecidingTest { get; init; }

    /// <summary>Of the deciding test, after Holm's correction over the family.</summary>
    public double DecidingP { get; init; } = 1;

    /// <summary>Of two one-sided tests against the margin; null without a margin.</summary>
    public double? EquivalenceP { get; init; }

    public double? EquivalencePAdjusted { get; init; }

    /// <summary>Of the differences, n − 1 in the denominator.</summary>
    public double Deviation { get; init; }

    public Verdict Verdict { get; init; } = Verdict.NotReached;

    public VerdictObstacle Obstacle { get; init; }

    /// <summary>Whether the deciding test finds a difference, be it within the margin or not.</summary>
    public bool IsDifferenceShown { get; init; }

    public double? NonzerosRatio { get; init; }

    public double? FileRatio { get; init; }

    public MeanInterval? TrainingRatio { get; init; }
}
