using System.Globalization;

namespace Orchestrator.Models.Data;

/// <summary>The lines of a description that are counted from what was loaded.</summary>
internal static class Counts
{
    /// <param name="unit">What a sample is, such as "Recordings".</param>
    public static DataProperty[] Of(DataSet data, string unit) =>
    [
        new(unit, Triple(data, split => split.Count)),
        new("Time steps", Triple(data, split => split.Frames)),
        new("Longest, in time steps", Triple(data, split => split.LongestFrames)),
    ];

    /// <summary>The labels that error rates are divided by.</summary>
    public static DataProperty LabelsOf(DataSet data) =>
        new("Labels", Triple(data, split => Enumerable.Range(0, split.Count).Sum(index => (long)split[index].Targets.Length)));

    private static string Triple(DataSet data, Func<Split, long> count) => string.Create(
        CultureInfo.InvariantCulture,
        $"{count(data.Train):N0} train, {count(data.Validation):N0} validation, {count(data.Test):N0} test");
}
