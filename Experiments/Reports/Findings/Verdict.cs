namespace Orchestrator.Experiments.Reports.Findings;

internal enum Verdict
{
    Better,
    Worse,

    /// <summary>Within the margin, whether or not a difference can be measured.</summary>
    Equivalent,

    NotReached,
}

/// <summary>Why there is no verdict.</summary>
internal enum VerdictObstacle
{
    None,

    /// <summary>Both cells have no seed at which both succeeded.</summary>
    NoPairs,

    /// <summary>Even differences of one sign throughout could not make the exact test significant.</summary>
    TooFewPairs,

    /// <summary>No difference was found, and without a margin none can be ruled out.</summary>
    NoMargin,

    /// <summary>Neither a difference nor equivalence is shown.</summary>
    TooWide,
}

/// <summary>Which test decides on better and worse.</summary>
internal enum DecidingTest
{
    /// <summary>The exact sign-flip test after Holm's correction.</summary>
    Exact,

    /// <summary>
    /// Student's paired test after Holm's correction, and the exact test before it: chosen where the pairs are too few
    /// for the exact test ever to pass the correction.
    /// </summary>
    Student,
}
