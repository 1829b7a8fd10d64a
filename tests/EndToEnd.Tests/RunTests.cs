namespace Orchestrator.EndToEnd.Tests;

/// <summary>A sweep from its file to its report, and everything that may come between.</summary>
internal sealed class RunTests
{
    [Test]
    public async Task A_sweep_ends_in_a_report_and_is_not_trained_twice()
    {
        using var place = new Workplace();
        string sweep = place.Write("tiny.json", Sweeps.Tiny());

        Ended first = await Program.RunAsync(place.Folder, "run", sweep);
        var run = RunFolder.In(place.PathOf("runs"));
        SortedDictionary<string, string> weights = run.Weights();
        Ended second = await Program.RunAsync(place.Folder, "run", sweep);

        Assert.That(first.ExitCode, Is.Zero, first.ToString());
        Assert.That(first.Out, Does.Contain("4 trials").And.Contain("start  dense, seed 0").And.Contain("report.html"));
        Assert.That(File.Exists(Path.Combine(run.Directory, "report", "report.html")), Is.True);
        Assert.That(second.ExitCode, Is.Zero, second.ToString());
        Assert.That(second.Out, Does.Contain("All 4 trials have ended already"));
        Assert.That(weights, Has.Count.EqualTo(4));
        Assert.That(run.Weights(), Is.EqualTo(weights));
    }

    [Test]
    public async Task Two_runs_of_one_sweep_give_the_same_bytes_whatever_runs_beside_a_trial()
    {
        using var place = new Workplace();
        string sweep = place.Write("tiny.json", Sweeps.Tiny());

        Ended one = await Program.RunAsync(place.Folder, "run", sweep, "--runs", "one", "--slots", "1");
        Ended two = await Program.RunAsync(place.Folder, "run", sweep, "--runs", "two", "--slots", "3");

        Assert.That((one.ExitCode, two.ExitCode), Is.EqualTo((0, 0)), $"{one}\n{two}");
        await Same.AssertAsync(RunFolder.In(place.PathOf("one")), RunFolder.In(place.PathOf("two")), place);
    }

    [Test]
    public async Task A_fresh_run_keeps_the_earlier_one()
    {
        using var place = new Workplace();
        string sweep = place.Write("tiny.json", Sweeps.Tiny());
        await Program.RunAsync(place.Folder, "run", sweep);

        Ended fresh = await Program.RunAsync(place.Folder, "run", sweep, "--fresh");

        Assert.That(fresh.ExitCode, Is.Zero, fresh.ToString());
        Assert.That(Directory.GetDirectories(place.PathOf("runs")), Has.Length.EqualTo(2));
        Assert.That(fresh.Out, Does.Contain("The earlier run is kept as").And.Contain("start  dense, seed 0"));
    }

    [Test]
    public async Task A_broken_sweep_is_refused_with_all_its_errors_and_nothing_is_written()
    {
        using var place = new Workplace();
        string sweep = place.Write("broken.json", Sweeps.Tiny().Replace("hiddenSize", "hidenSize", StringComparison.Ordinal).Replace("\"seeds\": 2", "\"seeds\": 0", StringComparison.Ordinal));

        foreach (string command in new[] { "validate", "plan", "run", "resume" })
        {
            Ended ended = await Program.RunAsync(place.Folder, command, sweep);
            Assert.That(ended.ExitCode, Is.EqualTo(2), ended.ToString());
            Assert.That(ended.Error, Does.Contain("broken.json:").And.Contain("hiddenSize").And.Contain("seeds").And.Not.Contain("   at "), command);
        }

        Assert.That(Directory.GetFileSystemEntries(place.Folder), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Of_two_runs_at_once_the_second_is_refused()
    {
        using var place = new Workplace();
        string sweep = place.Write("long.json", Sweeps.Long(epochs: 40));
        using var first = Program.Start(place.Folder, "run", sweep);
        await first.SaysAsync("start");

        Ended second = await Program.RunAsync(place.Folder, "run", sweep);

        Assert.That(first.HasExited, Is.False);
        Assert.That(second.ExitCode, Is.EqualTo(2), second.ToString());
        Assert.That(second.Error, Does.Contain("in use by another process"));
    }

    [Test]
    public async Task Stopped_by_the_user_a_run_says_how_to_go_on_and_gives_the_same_bytes()
    {
        using var place = new Workplace();
        string sweep = place.Write("long.json", Sweeps.Long(epochs: 8));
        Ended alone = await Program.RunAsync(place.Folder, "run", sweep, "--runs", "alone");
        using var program = Program.Start(place.Folder, "run", sweep, "--runs", "stopped");
        await program.SaysAsync("start");
        await Checkpoints.FirstAsync(place.PathOf("stopped"), program);

        await program.SignalAsync();
        Ended stopped = await program.EndAsync();

        Assert.That(alone.ExitCode, Is.Zero, alone.ToString());
        Assert.That(stopped.ExitCode, Is.EqualTo(130), stopped.ToString());
        Assert.That(stopped.Out, Does.Contain("Stopping at the next step"));
        string[] command = stopped.Error.Split('\n')[^1].Trim().Split(' ');
        Assert.That(command[..2], Is.EqualTo(new[] { "orchestrator", "resume" }), stopped.ToString());

        Ended resumed = await Program.RunAsync(place.Folder, command[1..]);

        Assert.That(resumed.ExitCode, Is.Zero, resumed.ToString());
        await Same.AssertAsync(RunFolder.In(place.PathOf("alone")), RunFolder.In(place.PathOf("stopped")), place);
    }

    [Test]
    public async Task A_second_signal_leaves_at_once()
    {
        using var place = new Workplace();
        string sweep = place.Write("long.json", Sweeps.Long(epochs: 40));
        using var program = Program.Start(place.Folder, "run", sweep);
        await program.SaysAsync("start");

        await program.SignalAsync("TERM");
        await program.SignalAsync("INT");
        Ended ended = await program.EndAsync();

        Assert.That(ended.ExitCode, Is.EqualTo(130), ended.ToString());
        Ended status = await Program.RunAsync(place.Folder, "status", "long");
        Assert.That(status.ExitCode, Is.Zero, status.ToString());
    }

    [Test]
    public async Task A_trial_that_diverges_is_a_result_and_one_that_needs_its_weights_fails()
    {
        using var place = new Workplace();
        string sweep = place.Write("wild.json", Sweeps.Tiny("wild").Replace("\"hiddenSize\": 8", "\"hiddenSize\": 8, \"kind\": \"rnn\"", StringComparison.Ordinal)
            .Replace("\"network\": { \"kind\": \"gru\",", "\"optimizer\": { \"kind\": \"sgd\", \"learningRate\": 100, \"clipNorm\": 0 }, \"network\": {", StringComparison.Ordinal));

        Ended run = await Program.RunAsync(place.Folder, "run", sweep);

        Assert.That(run.ExitCode, Is.EqualTo(1), run.ToString());
        Assert.That(run.Out, Does.Contain("dense, seed 0: diverged"));
        Assert.That(run.Error, Does.Contain("Failed: gradual 80 %, seed 0").And.Not.Contain("Failed: dense"));
    }

    [Test]
    public async Task A_trial_whose_source_was_taken_away_fails_with_its_reason()
    {
        using var place = new Workplace();
        string sweep = place.Write("long.json", Sweeps.Long(epochs: 4));
        using (var program = Program.Start(place.Folder, "run", sweep))
        {
            await program.SaysAsync("end    dense");
            program.KillAtOnce();
            await program.EndAsync();
        }

        foreach (string weights in Directory.GetFiles(place.PathOf("runs"), "weights.safetensors", SearchOption.AllDirectories))
            File.Delete(weights);
        Ended resumed = await Program.RunAsync(place.Folder, "resume", "long");

        Assert.That(resumed.ExitCode, Is.EqualTo(1), resumed.ToString());
        Assert.That(resumed.Error, Does.Contain("Failed: gradual 80 %, seed 0").And.Not.Contain("   at "));
        Assert.That(resumed.Out, Does.Contain("report.html"));
    }

    [Test]
    public async Task Two_ranks_on_a_ring_train_one_trial_and_repeat_it_bitwise()
    {
        using var place = new Workplace();
        string sweep = place.Write("ring.json", Sweeps.Tiny("ring", worldSize: 2));

        Ended one = await Program.RunAsync(place.Folder, "run", sweep, "--runs", "one", "--slots", "2");
        Ended two = await Program.RunAsync(place.Folder, "run", sweep, "--runs", "two", "--slots", "4");

        Assert.That((one.ExitCode, two.ExitCode), Is.EqualTo((0, 0)), $"{one}\n{two}");
        await Same.AssertAsync(RunFolder.In(place.PathOf("one")), RunFolder.In(place.PathOf("two")), place);
    }

    [Test]
    public async Task A_gang_that_never_fits_is_refused_when_planned()
    {
        using var place = new Workplace();
        string sweep = place.Write("ring.json", Sweeps.Tiny("ring", worldSize: 2));

        Ended ended = await Program.RunAsync(place.Folder, "run", sweep, "--slots", "1");

        Assert.That(ended.ExitCode, Is.EqualTo(2), ended.ToString());
        Assert.That(Directory.Exists(place.PathOf("runs")), Is.False);
    }
}
