namespace Orchestrator.EndToEnd.Tests;

/// <summary>Bitwise equality of two runs: weights, metrics but for those of a clock, and the report without times.</summary>
internal static class Same
{
    public static async Task AssertAsync(RunFolder expected, RunFolder actual, Workplace place)
    {
        AssertTrained(expected, actual);
        SortedDictionary<string, string> reports = await expected.ReportAsync(place.PathOf("report-expected"));
        Assert.That(await actual.ReportAsync(place.PathOf("report-actual")), Is.EqualTo(reports), "report");
    }

    /// <summary>But for the report, which names the machines and transports that the runs had.</summary>
    public static void AssertTrained(RunFolder expected, RunFolder actual)
    {
        Assert.That(expected.Weights(), Is.Not.Empty);
        Assert.That(expected.Metrics(), Is.Not.Empty);
        Assert.That(actual.Weights(), Is.EqualTo(expected.Weights()), "weights");
        Assert.That(actual.Metrics(), Is.EqualTo(expected.Metrics()), "metrics");
    }
}
