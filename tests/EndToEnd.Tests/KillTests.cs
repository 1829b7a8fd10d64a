using System.Diagnostics;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>kill −9 at any moment, then resume: nothing is lost, nothing is twice, not a bit is other; on one rank and on a ring of two.</summary>
internal sealed class KillTests
{
    private const int Kills = 20;
    private const int Seed = 20;

    /// <summary>Of the whole training between two kills at most, so that twenty of them find something left to kill.</summary>
    private const double ShareBetween = 0.06;

    [Test]
    public async Task A_run_killed_at_twenty_moments_gives_the_bytes_of_one_left_alone()
    {
        using var place = new Workplace();
        string sweep = place.Write("long.json", Sweeps.Long(epochs: 12, worldSize: 2));
        TimeSpan training = await RunAloneAsync(place, sweep);
        var moments = new Random(Seed);
        int kills = 0;
        int inWrites = 0;
        int round = 0;
        while (kills < Kills)
        {
            string runs = $"killed-{round}";
            using var program = Program.Start(place.Folder, Command(place, sweep, runs));
            await WaitForMomentAsync(kills, place.PathOf(runs), program, training, moments);
            program.KillAtOnce();
            Ended ended = await program.EndAsync();
            if (ended.ExitCode == 0)
            {
                await AssertSameAsync(place, runs); // it was quicker than the kill: one more run for the kills that are left
                round++;
                continue;
            }

            Assert.That(ended.ExitCode, Is.EqualTo(128 + 9), ended.ToString());
            kills++;
            inWrites += Checkpoints.HalfWritten(place.PathOf(runs)) > 0 ? 1 : 0;
        }

        Ended last = await Program.RunAsync(place.Folder, Command(place, sweep, $"killed-{round}"));

        Assert.That(last.ExitCode, Is.Zero, last.ToString());
        await AssertSameAsync(place, $"killed-{round}");
        TestContext.Out.WriteLine($"{kills} kills, {inWrites} of them inside a checkpoint's write, over {round + 1} runs");
        Assert.That(inWrites, Is.Positive, "no kill hit a checkpoint while it was written");
    }

    /// <summary>How long the training lasts, without the start of the process.</summary>
    private static async Task<TimeSpan> RunAloneAsync(Workplace place, string sweep)
    {
        using var program = Program.Start(place.Folder, "run", sweep, "--runs", "alone", "--slots", "2");
        await program.SaysAsync("start");
        var watch = Stopwatch.StartNew();
        Ended ended = await program.EndAsync();
        Assert.That(ended.ExitCode, Is.Zero, ended.ToString());
        return watch.Elapsed;
    }

    /// <summary>Turn by turn: while the process starts, twice while it trains, and while it writes a checkpoint.</summary>
    private static async Task WaitForMomentAsync(int kill, string runs, Program program, TimeSpan training, Random moments)
    {
        double share = moments.NextDouble();
        if (kill % 4 == 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(share));
            return;
        }

        await program.SaysAsync("start");
        await Task.Delay(training * (ShareBetween * share));
        if (kill % 4 == 3)
            await Checkpoints.NextWriteAsync(runs, program);
    }

    private static string[] Command(Workplace place, string sweep, string runs) =>
        Directory.Exists(place.PathOf(runs)) && Directory.GetFiles(place.PathOf(runs), "run.json", SearchOption.AllDirectories).Length > 0
            ? ["resume", "long", "--runs", runs, "--slots", "2"]
            : ["run", sweep, "--runs", runs, "--slots", "2"];

    private static Task AssertSameAsync(Workplace place, string runs) =>
        Same.AssertAsync(RunFolder.In(place.PathOf("alone")), RunFolder.In(place.PathOf(runs)), place);
}
