using System.Diagnostics;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>
/// Ranks in processes of their own, over shared memory and over TCP: the same bits as on threads of one process, whoever is
/// killed and whenever.
/// </summary>
[Platform("Linux")]
internal sealed class ProcessTests
{
    private const string SharedMemory = "shared-memory";
    private const string Tcp = "tcp";

    /// <summary>Long enough to be killed after its first checkpoint and before its end.</summary>
    private const int Epochs = 40;

    private static readonly string[] Transports = [SharedMemory, Tcp];

    /// <summary>Far above the milliseconds that it takes, on a machine that is busy with other things.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private string[] _memoryBefore = [];

    [SetUp]
    public void NoteMemory() => _memoryBefore = Memory();

    [Test]
    public async Task Two_ranks_give_the_same_bytes_on_threads_over_shared_memory_and_over_TCP()
    {
        using var place = new Workplace();
        string sweep = place.Write("ring.json", Sweeps.Tiny("ring", worldSize: 2));

        Ended threads = await Program.RunAsync(place.Folder, "run", sweep, "--runs", "in-process", "--slots", "2");
        Assert.That(threads.ExitCode, Is.Zero, threads.ToString());
        foreach (string transport in Transports)
        {
            Ended ended = await Program.RunAsync(
                place.Folder, "run", sweep, "--runs", transport, "--slots", "2", "--transport", transport);

            Assert.That(ended.ExitCode, Is.Zero, ended.ToString());
            Same.AssertTrained(RunFolder.In(place.PathOf("in-process")), RunFolder.In(place.PathOf(transport)));
            Assert.That(ReportIn(place, transport), Does.Contain($"- Transport: {transport}\n"));
        }

        Assert.That(ReportIn(place, "in-process"), Does.Contain("- Transport: in-process\n"));
        await NothingIsLeftInMemoryAsync();
    }

    [Test]
    public async Task Links_that_were_measured_for_the_choice_stay_with_the_run()
    {
        using var place = new Workplace();
        string sweep = Sweeps.Gang(Epochs).Replace(
            "\"checkpointEverySteps\": 4", "\"checkpointEverySteps\": 4, \"exchange\": { \"algorithm\": \"auto\" }", StringComparison.Ordinal);
        using Program program = Start(place, sweep, "killed", SharedMemory);
        await Checkpoints.FirstAsync(place.PathOf("killed"), program);
        program.KillAtOnce();
        string links = Path.Combine(RunFolder.In(place.PathOf("killed")).Directory, "links", "shared-memory-2.json");
        string measured = await File.ReadAllTextAsync(links);

        Ended resumed = await ResumeAsync(place, "killed", SharedMemory);

        Assert.That(resumed.ExitCode, Is.Zero, resumed.ToString());
        Assert.That(await File.ReadAllTextAsync(links), Is.EqualTo(measured).And.Contain("\"alphaSeconds\""));
    }

    [Test]
    public async Task Each_rank_of_a_gang_has_a_process_and_a_trial_without_a_gang_has_none()
    {
        using var place = new Workplace();
        using Program gang = Start(place, Sweeps.Gang(epochs: 200), "gang", Tcp);
        Assert.That(await Ranks.AwaitAsync(gang, 2), Has.Length.EqualTo(2));

        using Program alone = Start(place, Sweeps.Gang(epochs: 200, worldSize: 1), "alone", Tcp);
        await Checkpoints.FirstAsync(place.PathOf("alone"), alone);

        Assert.That(Ranks.Of(alone.Id), Is.Empty);
    }

    [TestCase(SharedMemory, 0)]
    [TestCase(SharedMemory, 1)]
    [TestCase(Tcp, 0)]
    [TestCase(Tcp, 1)]
    public async Task A_rank_that_is_killed_is_lost_alone_and_the_trial_ends_with_the_same_bytes(string transport, int rank)
    {
        using var place = new Workplace();
        await RunAloneAsync(place);
        using Program program = Start(place, Sweeps.Gang(epochs: Epochs), "killed", transport);
        int[] first = await Ranks.AwaitAsync(program, 2);
        await Checkpoints.FirstAsync(place.PathOf("killed"), program);

        Kill(first[rank]);
        await Ranks.GoneAsync(first, Soon);
        int[] second = await Ranks.AwaitAsync(program, 2);
        Ended ended = await program.EndAsync();

        Assert.That(second, Is.Not.EquivalentTo(first));
        Assert.That(ended.ExitCode, Is.Zero, ended.ToString());
        Assert.That(ended.Out, Does.Contain("attempt 2").And.Not.Contain("attempt 3"));
        Same.AssertTrained(RunFolder.In(place.PathOf("alone")), RunFolder.In(place.PathOf("killed")));
        await NothingIsLeftInMemoryAsync();
    }

    [TestCase(SharedMemory)]
    [TestCase(Tcp)]
    public async Task When_the_run_is_killed_its_ranks_go_and_another_one_goes_on_to_the_same_bytes(string transport)
    {
        using var place = new Workplace();
        await RunAloneAsync(place);
        using Program program = Start(place, Sweeps.Gang(epochs: Epochs), "killed", transport);
        int[] ranks = await Ranks.AwaitAsync(program, 2);
        await Checkpoints.FirstAsync(place.PathOf("killed"), program);

        program.KillAtOnce();
        var watch = Stopwatch.StartNew();
        await Ranks.GoneAsync(ranks, Soon);
        TestContext.Out.WriteLine($"The ranks were gone {watch.ElapsedMilliseconds} ms after the kill.");
        Ended resumed = await ResumeAsync(place, "killed", transport);

        Assert.That(resumed.ExitCode, Is.Zero, resumed.ToString());
        Same.AssertTrained(RunFolder.In(place.PathOf("alone")), RunFolder.In(place.PathOf("killed")));
        await NothingIsLeftInMemoryAsync();
    }

    [Test]
    public async Task When_the_run_is_killed_while_its_ranks_start_none_is_left()
    {
        using var place = new Workplace();
        using Program program = Start(place, Sweeps.Gang(epochs: Epochs), "killed", Tcp);
        await Ranks.AwaitAsync(program, 1);
        Assert.That(Ranks.In(place.Folder), Is.Not.Empty);

        program.KillAtOnce();

        await program.EndAsync();
        using var deadline = new CancellationTokenSource(Soon);
        while (Ranks.In(place.Folder).Length > 0)
            await Task.Delay(10, deadline.Token);
    }

    [TestCase(SharedMemory, Tcp)]
    [TestCase(Tcp, "in-process")]
    public async Task Stopped_by_Ctrl_C_a_run_goes_on_over_another_transport_to_the_same_bytes(string transport, string other)
    {
        using var place = new Workplace();
        await RunAloneAsync(place);
        using Program program = Start(place, Sweeps.Gang(epochs: Epochs), "stopped", transport);
        int[] ranks = await Ranks.AwaitAsync(program, 2);
        await Checkpoints.FirstAsync(place.PathOf("stopped"), program);

        // At a terminal it reaches all processes of the run.
        foreach (int rank in ranks)
            Signal(rank, "INT");
        await program.SignalAsync();
        Ended stopped = await program.EndAsync();
        Ended resumed = await ResumeAsync(place, "stopped", other);

        Assert.That(stopped.ExitCode, Is.EqualTo(130), stopped.ToString());
        Assert.That(stopped.Error, Does.Contain($"--transport {transport}"));
        Assert.That(LogIn(place, "stopped"), Does.Not.Contain("failed"));
        Assert.That(resumed.ExitCode, Is.Zero, resumed.ToString());
        Same.AssertTrained(RunFolder.In(place.PathOf("alone")), RunFolder.In(place.PathOf("stopped")));
        await NothingIsLeftInMemoryAsync();
    }

    private static async Task RunAloneAsync(Workplace place)
    {
        string sweep = place.Write("gang.json", Sweeps.Gang(Epochs));
        Ended alone = await Program.RunAsync(place.Folder, "run", sweep, "--runs", "alone", "--slots", "2");
        Assert.That(alone.ExitCode, Is.Zero, alone.ToString());
    }

    private static Program Start(Workplace place, string sweep, string runs, string transport) => Program.Start(
        place.Folder, "run", place.Write("gang.json", sweep), "--runs", runs, "--slots", "2", "--transport", transport);

    private static Task<Ended> ResumeAsync(Workplace place, string runs, string transport) =>
        Program.RunAsync(place.Folder, "resume", "gang", "--runs", runs, "--slots", "2", "--transport", transport);

    private static string ReportIn(Workplace place, string runs) =>
        File.ReadAllText(Path.Combine(RunFolder.In(place.PathOf(runs)).Directory, "report", "report.md"));

    private static string LogIn(Workplace place, string runs)
    {
        string log = Path.Combine(RunFolder.In(place.PathOf(runs)).Directory, "log.txt");
        return File.Exists(log) ? File.ReadAllText(log) : "";
    }

    private static void Kill(int process) => Signal(process, "KILL");

    private static void Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process}"]);
        kill.WaitForExit();
    }

    private static string[] Memory() => Directory.Exists("/dev/shm") ? Directory.GetFiles("/dev/shm", "orchestrator-*") : [];

    /// <summary>What others make meanwhile has no name for longer than it takes to join.</summary>
    private async Task NothingIsLeftInMemoryAsync()
    {
        string[] left = [.. Memory().Except(_memoryBefore)];
        using var deadline = new CancellationTokenSource(Soon);
        while (left.Any(File.Exists))
            await Task.Delay(20, deadline.Token);
    }
}
