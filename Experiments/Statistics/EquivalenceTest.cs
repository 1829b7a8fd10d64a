namespace Orchestrator.Experiments.Statistics;

/// <summary>
/// Two one-sided tests (Schuirmann 1987): is the mean difference both above −margin and below +margin?
/// </summary>
/// <param name="AboveLower">p against "the difference is at or below −margin".</param>
/// <param name="BelowUpper">p against "the difference is at or above +margin".</param>
public sealed record EquivalenceResult(double Margin, double AboveLower, double BelowUpper)
{
    /// <summary>Small where both one-sided hypotheses are rejected: the difference lies within the margin.</summary>
    public double P => Math.Max(AboveLower, BelowUpper);
}

/// <summary>Equivalence within a margin that the user states, in the unit of the metric.</summary>
public static class EquivalenceTest
{
    /// <summary>By Student's t.</summary>
    /// <returns>Null where t is undefined: fewer than two pairs, or differences that do not vary.</returns>
    public static EquivalenceResult? ByStudent(PairedSample sample, double margin)
    {
        CheckMargin(margin);
        var lower = PairedT.Run(sample.Shifted(-margin));
        var upper = PairedT.Run(sample.Shifted(margin));
        return lower is null || upper is null ? null : new EquivalenceResult(margin, lower.Greater, upper.Less);
    }

    /// <summary>By sign flips around each bound: no distribution assumed, defined without spread, needs five pairs
    /// for p below 0.05.</summary>
    public static EquivalenceResult BySignFlips(PairedSample sample, double margin, ulong seed = 0)
    {
        CheckMargin(margin);
        return new EquivalenceResult(
            margin,
            SignFlipTest.Run(sample.Shifted(-margin), seed).Greater,
            SignFlipTest.Run(sample.Shifted(margin), seed).Less);
    }

    private static void CheckMargin(double margin)
    {
        if (!(margin > 0) || !double.IsFinite(margin))
            throw new ArgumentOutOfRangeException(nameof(margin), margin, "A margin is a finite number above zero.");
    }
}
