namespace Orchestrator.Experiments.Reports.Charts;

/// <summary>The look of the n-th cell, the same in every chart: eight colours, then the same eight dashed.</summary>
internal static class SeriesStyle
{
    private const int Colours = 8;

    public static string Of(int index) => index < Colours ? $"s{index}" : $"s{index % Colours} dashed";
}
