using System.Diagnostics;
using Newtonsoft.Json.Linq;

namespace Orchestrator.EndToEnd.Tests;

/// <summary><c>bench allreduce</c> with ranks that are processes.</summary>
[Platform("Linux")]
internal sealed class BenchTests
{
    private const string MemoryFiles = "orchestrator-ring-*";
    private static readonly string[] Transports = ["shared-memory", "tcp"];

    /// <summary>The first size is done at once, the second never.</summary>
    private static readonly string[] Long = ["--sizes", "8,1GiB", "--milliseconds", "500", "--algorithm", "ring"];

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Test]
    public async Task Every_algorithm_is_right_between_processes([ValueSource(nameof(Transports))] string transport, [Values(2, 3)] int worldSize)
    {
        using var place = new Workplace();

        Ended ended = await Program.RunAsync(
            place.Folder, "bench", "allreduce", "--transport", transport, "--world-size", $"{worldSize}", "--sizes", "8,100000B,1MiB",
            "--milliseconds", "2", "--json");

        Assert.That(ended.ExitCode, Is.Zero, ended.ToString());
        JArray points = JArray.Parse(ended.Out);
        Assert.That(points.Select(point => (string?)point["algorithm"]).Distinct().Count(), Is.EqualTo(9));
        Assert.That(points.Select(point => (long)point["wrong"]!), Is.All.Zero);
        Assert.That(points.Select(point => (double?)point["predictedSeconds"]), Is.All.GreaterThan(0));
        Assert.That(Directory.GetFiles("/dev/shm", MemoryFiles), Is.Empty);
    }

    [Test]
    public async Task A_rank_that_is_killed_ends_the_measurement_and_is_named([ValueSource(nameof(Transports))] string transport)
    {
        using var place = new Workplace();
        using Program bench = Program.Start(place.Folder, ["bench", "allreduce", "--transport", transport, .. Long]);
        await bench.SaysAsync("ring ");
        int[] ranks = Ranks.Of(bench.Id);

        Process.GetProcessById(ranks[1]).Kill();
        Ended ended = await bench.EndAsync();

        Assert.That(ended.ExitCode, Is.EqualTo(1), ended.ToString());
        Assert.That(ended.Error, Does.Contain("Rank 1 has ended with exit code 137").And.Contain("rank 1 has died"));
        await Ranks.GoneAsync(ranks, Soon);
        Assert.That(Directory.GetFiles("/dev/shm", MemoryFiles), Is.Empty);
    }

    [Test]
    public async Task When_the_program_is_killed_its_ranks_end_and_leave_nothing([ValueSource(nameof(Transports))] string transport)
    {
        using var place = new Workplace();
        using Program bench = Program.Start(place.Folder, ["bench", "allreduce", "--transport", transport, .. Long]);
        await bench.SaysAsync("ring ");
        int[] ranks = Ranks.Of(bench.Id);

        bench.KillAtOnce();

        await Ranks.GoneAsync(ranks, Soon);
        Assert.That(Directory.GetFiles("/dev/shm", MemoryFiles), Is.Empty);
    }
}
