using Orchestrator.Experiments.Reports.Findings;

namespace Orchestrator.Experiments.Reports.Charts;

/// <summary>The style sheet's name for a verdict: colour is never the only sign, a word stands beside it.</summary>
internal static class VerdictStyle
{
    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Better => "better",
        Verdict.Worse => "worse",
        Verdict.Equivalent => "equivalent",
        _ => "none",
    };

    public static string Sign(Verdict verdict) => verdict switch
    {
        Verdict.Better => "▲",
        Verdict.Worse => "▼",
        Verdict.Equivalent => "≈",
        _ => "?",
    };
}
