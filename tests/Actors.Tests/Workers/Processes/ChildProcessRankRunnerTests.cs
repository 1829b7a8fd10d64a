using System.Collections.Immutable;
using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Serialization;
using Orchestrator.Actors.Workers;
using Orchestrator.Actors.Workers.Processes;
using Orchestrator.Models.Data;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;
using static Orchestrator.Actors.Workers.WorkerProtocol;
using Proto = Orchestrator.Actors.Serialization.Proto;

namespace Orchestrator.Actors.Tests.Workers.Processes;

/// <summary>The worker's side, against processes that do what a test says.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ChildProcessRankRunnerTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly RecordingLink _worker = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();

    public void Dispose()
    {
        _stop.Dispose();
        _abort.Dispose();
    }

    [Test]
    public void A_rank_without_a_gang_stays_in_this_process()
    {
        var alone = ScriptedRunner.Completing();
        var runner = Runner(() => throw new InvalidOperationException("A process was started."), alone);

        TrialOutcome outcome = runner.Run(Rank(worldSize: 1), _worker, default, _worker);

        Assert.That(outcome, Is.TypeOf<TrialOutcome.Completed>());
        Assert.That(alone.Runs, Has.Count.EqualTo(1));
    }

    [Test]
    public void The_process_is_told_everything_and_what_it_says_arrives()
    {
        Proto.ToRank? told = null;
        var process = new PipedProcess(pipes =>
        {
            RankFrames.TryRead(pipes.Input, Proto.ToRank.Parser, out told);
            Say(pipes, new Proto.FromRank { Metrics = new Proto.RankMetrics { Points = { new Proto.MetricPoint { Name = "train/loss", Step = 3, Epoch = 0.5, Value = -0.0 } } } });
            Say(pipes, new Proto.FromRank { Masks = new Proto.RankMasks { Step = 4, Hash = "aa" } });
            Say(pipes, new Proto.FromRank { Step = new Proto.RankStep { Step = 5, Steps = 9, Epoch = 1, Loss = double.NaN } });
            Say(pipes, RankOutcomes.Write(new TrialOutcome.Diverged(6, double.PositiveInfinity, Plans.Result())));
            return 0;
        });

        TrialOutcome outcome = Run(process, Rank(worldSize: 2));

        Assert.That(RankProcessAssignment.Read(told!.Assign), Is.EqualTo(new RankProcessAssignment(
            Rank(worldSize: 2), "/runs/r", new DataRoot("/data") { SweepDirectory = "/sweeps" }, GangTransport.Tcp, TimeSpan.FromSeconds(1))));
        Assert.That(_worker.Points, Is.EqualTo(new[] { new MetricPoint("train/loss", 3, 0.5, -0.0) }));
        Assert.That(double.IsNegative(_worker.Points.Single().Value), Is.True);
        Assert.That(_worker.Masks, Is.EqualTo(new[] { (4L, "aa") }));
        Assert.That(_worker.Steps, Is.EqualTo(new[] { (5L, 9L, 1, double.NaN) }));
        Assert.That(outcome, Is.InstanceOf<TrialOutcome.Diverged>().With.Property("Loss").EqualTo(double.PositiveInfinity));
    }

    [Test]
    public void A_failure_keeps_its_kind()
    {
        var failure = new Fault(FailureKind.BadData, "the file is not there");
        var process = new PipedProcess(pipes =>
        {
            Say(pipes, RankOutcomes.Write(failure));
            return 0;
        });

        RankFailedException? thrown = Assert.Throws<RankFailedException>(() => Run(process));

        Assert.That(Fault.From(thrown!), Is.EqualTo(failure));
    }

    [TestCase("kill -9 $$", FailureKind.NodeLoss, "signal 9")]
    [TestCase("kill -SEGV $$", FailureKind.Bug, "signal 11")]
    [TestCase("echo Out of memory. >&2; kill -ABRT $$", FailureKind.OutOfMemory, "signal 6")]
    [TestCase("echo broken >&2; exit 3", FailureKind.Bug, "exit code 3")]
    [TestCase("exit 0", FailureKind.Bug, "exit code 0")]
    [Platform("Unix")]
    public void A_process_that_dies_is_the_loss_of_its_rank_with_the_kind_that_its_death_tells(
        string script, FailureKind kind, string reason)
    {
        RankFailedException? thrown = Assert.Throws<RankFailedException>(() => Run(Shell(script).Start()));

        Assert.That(thrown!.Failure.Kind, Is.EqualTo(kind));
        Assert.That(thrown.Failure.Reason, Does.Contain(reason));
    }

    [Test]
    [Platform("Unix")]
    public void What_it_says_on_standard_error_is_logged_and_told_with_its_death()
    {
        RankFailedException? thrown = Assert.Throws<RankFailedException>(
            () => Run(Shell("echo one >&2; echo two >&2; exit 1").Start()));

        Assert.That(_worker.Lines, Is.EqualTo(new[] { "one", "two" }));
        Assert.That(thrown!.Failure.Reason, Does.EndWith($"one{Environment.NewLine}two"));
    }

    [Test]
    [Platform("Unix")]
    public void A_flood_on_standard_error_is_cut_off()
    {
        Assert.Throws<RankFailedException>(() => Run(Shell("yes | head -5000 >&2; exit 1").Start()));

        Assert.That(_worker.Lines, Has.Count.EqualTo(1001));
    }

    [Test]
    [Platform("Unix")]
    public void Words_on_its_standard_output_end_it()
    {
        IRankProcess process = Shell("echo Hello, worker; exec cat").Start();

        Assert.That(() => Run(process), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void A_program_that_is_not_there_is_told_as_a_fault()
    {
        var command = new RankCommand("/nowhere/orchestrator", [RankProcess.Verb]);

        RankFailedException? thrown = Assert.Throws<RankFailedException>(
            () => Runner(command.Start).Run(Rank(worldSize: 2), _worker, Signals(), _worker));

        Assert.That(thrown!.Failure.Reason, Does.Contain("/nowhere/orchestrator"));
    }

    [Test]
    public void Addresses_go_up_and_those_of_the_gang_come_down()
    {
        var worker = new RecordingLink
        {
            Gang = (round, address) => Task.FromResult<ImmutableArray<string>>([$"{round}", address]),
        };
        Proto.ToRank? answer = null;
        var process = new PipedProcess(pipes =>
        {
            Hear(pipes);
            Say(pipes, new Proto.FromRank { Address = new Proto.RankAddress { Round = 3, Address = "here" } });
            answer = Hear(pipes);
            Say(pipes, RankOutcomes.Write(new TrialOutcome.Stopped(1)));
            return 0;
        });

        Runner(() => process).Run(Rank(worldSize: 2), worker, Signals(), worker);

        Assert.That(answer!.Addresses.Round, Is.EqualTo(3));
        Assert.That(answer.Addresses.Addresses, Is.EqualTo(new[] { "3", "here" }));
    }

    [Test]
    public void A_process_that_dies_while_it_waits_for_its_gang_is_noticed_at_once()
    {
        var worker = new RecordingLink { Gang = (_, _) => new TaskCompletionSource<ImmutableArray<string>>().Task };
        var process = new PipedProcess(pipes =>
        {
            Say(pipes, new Proto.FromRank { Address = new Proto.RankAddress { Address = "here" } });
            return 128 + 9;
        });

        Assert.Throws<RankFailedException>(() => Runner(() => process).Run(Rank(worldSize: 2), worker, Signals(), worker));
    }

    [Test]
    public void A_stop_reaches_the_process_which_ends_in_its_own_time()
    {
        using var listening = new ManualResetEventSlim();
        var process = new PipedProcess(pipes =>
        {
            Hear(pipes);
            listening.Set();
            long step = Hear(pipes).SaidCase == Proto.ToRank.SaidOneofCase.Stop ? 7 : 0;
            Say(pipes, RankOutcomes.Write(new TrialOutcome.Stopped(step)));
            return 0;
        });
        StopWhen(listening);

        TrialOutcome outcome = Run(process);

        Assert.That(outcome, Is.EqualTo(new TrialOutcome.Stopped(7)));
        Assert.That(process.WasKilled, Is.False);
    }

    [Test]
    public void A_process_that_is_to_end_at_once_and_does_not_is_killed()
    {
        using var listening = new ManualResetEventSlim();
        using var never = new ManualResetEventSlim();
        var process = new PipedProcess(pipes =>
        {
            Hear(pipes);
            listening.Set();
            never.Wait();
            return 0;
        });
        new Thread(() =>
        {
            listening.Wait();
            _abort.Cancel();
        }).Start();

        Assert.That(() => Run(process), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(process.WasKilled, Is.True);
        never.Set();
    }

    [Test]
    public void A_process_that_is_killed_while_it_is_to_end_has_died_of_that()
    {
        using var listening = new ManualResetEventSlim();
        var process = new PipedProcess(pipes =>
        {
            Hear(pipes);
            listening.Set();
            _ = Hear(pipes);
            return 128 + 9;
        });
        new Thread(() =>
        {
            listening.Wait();
            _abort.Cancel();
        }).Start();

        RankFailedException? thrown = Assert.Throws<RankFailedException>(() => Run(process, grace: Deadline));

        Assert.That(thrown!.Failure.Kind, Is.EqualTo(FailureKind.NodeLoss));
    }

    [Test]
    public void A_process_that_lingers_after_its_last_words_is_killed_and_its_outcome_counts()
    {
        using var never = new ManualResetEventSlim();
        var process = new PipedProcess(pipes =>
        {
            Say(pipes, RankOutcomes.Write(new TrialOutcome.Completed(Plans.Result())));
            never.Wait();
            return 0;
        });

        TrialOutcome outcome = Run(process);

        Assert.That(outcome, Is.TypeOf<TrialOutcome.Completed>());
        Assert.That(process.WasKilled, Is.True);
        never.Set();
    }

    private static RankAssignment Rank(int worldSize) => new("t0", 5, 0, worldSize, PruningProgram.Dense);

    private static RankCommand Shell(string script) => new("/bin/sh", ["-c", script]);

    private static void Say(PipedProcess.Pipes pipes, Proto.FromRank message) => RankFrames.Write(pipes.Output, message);

    private static Proto.ToRank Hear(PipedProcess.Pipes pipes) =>
        RankFrames.TryRead(pipes.Input, Proto.ToRank.Parser, out Proto.ToRank? message)
            ? message
            : throw new EndOfStreamException();

    private RankSignals Signals() => new(_stop.Token, _abort.Token);

    private void StopWhen(ManualResetEventSlim told) => new Thread(() =>
    {
        told.Wait();
        _stop.Cancel();
    }).Start();

    private TrialOutcome Run(IRankProcess process, RankAssignment? rank = null, TimeSpan? grace = null) =>
        Runner(() => process, grace: grace).Run(rank ?? Rank(worldSize: 2), _worker, Signals(), _worker);

    private static ChildProcessRankRunner Runner(Func<IRankProcess> start, IRankRunner? alone = null, TimeSpan? grace = null) => new(
        new ChildProcessOptions
        {
            RunDirectory = "/runs/r",
            Data = new DataRoot("/data") { SweepDirectory = "/sweeps" },
            Transport = GangTransport.Tcp,
            StepInterval = TimeSpan.FromSeconds(1),
            Start = start,
            Grace = grace ?? TimeSpan.FromMilliseconds(200),
            Time = TimeProvider.System,
        },
        alone ?? ScriptedRunner.Completing());
}
