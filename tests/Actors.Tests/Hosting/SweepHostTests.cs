using System.Diagnostics;
using System.Net.NetworkInformation;
using Akka.Actor;
using Akka.Configuration;
using Microsoft.Data.Sqlite;
using Orchestrator.Actors.Hosting;
using Orchestrator.Actors.Metrics;
using Orchestrator.Actors.Pruning;
using Orchestrator.Actors.Tests.Workers;
using Orchestrator.Actors.Workers;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Tests.Hosting;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SweepHostTests : IDisposable
{
    private readonly string _runs = Directory.CreateTempSubdirectory("sweep-host").FullName;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_runs, recursive: true);
    }

    [Test]
    public async Task All_trials_run_and_their_results_are_stored()
    {
        using RunStore store = Store(Plans.Of(5));
        var watcher = new Watcher();

        SweepOutcome outcome = await Run(store, ScriptedRunner.Completing(), watcher: watcher);

        Assert.That(outcome, Is.EqualTo(new SweepOutcome(5, 0, 0, 0, Stopped: false)));
        Assert.That(store.Results().Values.Select(result => result.End), Is.All.EqualTo(TrialEnd.Succeeded).And.Exactly(5).Items);
        Assert.That(watcher.Last!.Succeeded, Is.EqualTo(5));
    }

    [Test]
    public async Task A_failed_trial_is_stored_with_its_reason_and_the_others_go_on()
    {
        using RunStore store = Store(Plans.Of(3));
        var runner = new ScriptedRunner((rank, _, _) => rank.Trial == "t1"
            ? throw new DataException("file", "is not there")
            : new TrialOutcome.Completed(Plans.Result()));

        SweepOutcome outcome = await Run(store, runner);

        Assert.That(outcome, Is.EqualTo(new SweepOutcome(2, 0, 1, 0, Stopped: false)));
        Assert.That(store.ResultOf("t1")!.Reason, Is.EqualTo("is not there"));
    }

    [Test]
    public async Task A_stopped_sweep_goes_on_where_it_stopped()
    {
        using RunStore store = Store(Plans.Of(3));
        using var stop = new CancellationTokenSource();
        var first = new ScriptedRunner((rank, _, signals) =>
        {
            if (rank.Trial == "t0")
                return new TrialOutcome.Completed(Plans.Result());
            stop.Cancel();
            signals.Stop.WaitHandle.WaitOne();
            return new TrialOutcome.Stopped(1);
        });

        SweepOutcome stopped = await Run(store, first, slots: 1, stop: stop.Token);
        var second = ScriptedRunner.Completing();
        SweepOutcome outcome = await Run(store, second, slots: 1);

        Assert.That(stopped, Is.EqualTo(new SweepOutcome(1, 0, 0, 2, Stopped: true)));
        Assert.That(outcome, Is.EqualTo(new SweepOutcome(3, 0, 0, 0, Stopped: false)));
        Assert.That(second.Runs.Select(run => run.Trial), Is.EqualTo(new[] { "t1", "t2" }));
        Assert.That(second.Runs.Select(run => run.Token), Is.All.GreaterThan(first.Runs.Max(run => run.Token)));
    }

    [Test]
    public async Task After_a_hard_stop_in_mid_attempt_only_what_is_open_runs_again()
    {
        using RunStore store = Store(Plans.Of(2));
        using var started = new ManualResetEventSlim();
        var first = new ScriptedRunner((rank, _, signals) =>
        {
            if (rank.Trial == "t0")
                return new TrialOutcome.Completed(Plans.Result());
            started.Set();
            signals.Abort.WaitHandle.WaitOne();
            throw new OperationCanceledException();
        });
        await KillAfter(store, first, started);

        var second = ScriptedRunner.Completing();
        SweepOutcome outcome = await Run(store, second, slots: 1);

        Assert.That(outcome, Is.EqualTo(new SweepOutcome(2, 0, 0, 0, Stopped: false)));
        Assert.That(second.Runs.Single().Trial, Is.EqualTo("t1"));
        Assert.That(second.Runs.Single().Token, Is.GreaterThan(first.Runs.Max(run => run.Token)));
        Assert.That(store.ResultOf("t1")!.Attempts, Is.EqualTo(2));
    }

    [Test]
    public async Task A_sweep_that_has_ended_ends_again_at_once()
    {
        using RunStore store = Store(Plans.Of(2));
        await Run(store, ScriptedRunner.Completing());
        var runner = ScriptedRunner.Completing();

        SweepOutcome outcome = await Run(store, runner);

        Assert.That(outcome.Succeeded, Is.EqualTo(2));
        Assert.That(runner.Runs, Is.Empty);
    }

    [Test]
    public async Task A_full_disk_ends_the_sweep_with_a_clear_error_and_it_can_be_resumed()
    {
        using RunStore store = Store(Plans.Of(3));
        var failing = new FailingStore(new RunTrialStore(store), appendsBefore: 1);

        RunStoreException exception = (await Assert.ThrowsAsync<RunStoreException>(
            () => Run(store, ScriptedRunner.Completing(), slots: 1, trialStore: failing)))!;
        SweepOutcome outcome = await Run(store, ScriptedRunner.Completing());

        Assert.That(exception.Fault, Is.EqualTo(RunStoreFault.Full));
        Assert.That(outcome.Succeeded, Is.EqualTo(3));
        Assert.That(store.Results(), Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_full_disk_under_a_checkpoint_ends_the_sweep_as_well()
    {
        using RunStore store = Store(Plans.Of(3));
        var runner = new ScriptedRunner((_, _, _) => throw new IOException("No space left on device", 28));

        RunStoreException exception = (await Assert.ThrowsAsync<RunStoreException>(() => Run(store, runner)))!;

        Assert.That(exception.Fault, Is.EqualTo(RunStoreFault.Full));
        Assert.That(store.Results(), Is.Empty);
    }

    [Test]
    public async Task A_journal_that_is_no_journal_ends_the_sweep_with_a_clear_error()
    {
        using RunStore store = Store(Plans.Of(1));
        File.WriteAllText(store.JournalPath, new string('x', 10_000));

        await Assert.ThatAsync(
            () => Run(store, ScriptedRunner.Completing()),
            Throws.TypeOf<RunStoreException>().With.Property(nameof(RunStoreException.Fault)).EqualTo(RunStoreFault.Damaged));
    }

    [Test]
    public async Task Gangs_run_whole_and_one_rank_that_crashes_has_all_tried_again()
    {
        using RunStore store = Store(Plans.Of(2, worldSize: 2));
        int crashes = 0;
        var runner = new ScriptedRunner((rank, _, signals) =>
        {
            if (rank is { Trial: "t0", Rank: 1 } && Interlocked.Increment(ref crashes) == 1)
                throw new InvalidOperationException("once");
            if (rank is { Trial: "t0", Rank: 0, Token: 1 })
            {
                signals.Abort.WaitHandle.WaitOne();
                signals.Abort.ThrowIfCancellationRequested();
            }

            return new TrialOutcome.Completed(Plans.Result());
        });

        SweepOutcome outcome = await Run(store, runner, slots: 2);

        Assert.That(outcome.Succeeded, Is.EqualTo(2));
        Assert.That(store.ResultOf("t0")!.Attempts, Is.EqualTo(2));
    }

    [Test]
    public async Task A_gang_larger_than_the_machine_is_refused_before_anything_starts()
    {
        using RunStore store = Store(Plans.Of(1, worldSize: 4));
        SweepHostOptions options = Options() with { Slots = 2 };

        await Assert.ThatAsync(
            () => SweepHost.RunAsync(store, options, new Watcher(), CancellationToken.None),
            Throws.TypeOf<BadInputException>().With.Message.Contains("4").And.Message.Contains("--slots"));
    }

    [Test]
    public async Task No_port_is_opened()
    {
        using RunStore store = Store(Plans.Of(1));
        int[] before = Ports();
        int[] during = [];
        var runner = new ScriptedRunner((_, _, _) =>
        {
            during = Ports();
            return new TrialOutcome.Completed(Plans.Result());
        });

        await Run(store, runner);
        using ActorSystem system = ActorSystem.Create("test", SweepHost.ConfigurationFor(store, null));

        Assert.That(((ExtendedActorSystem)system).Provider, Is.TypeOf<LocalActorRefProvider>());
        Assert.That(during.Except(before), Is.Empty);

        static int[] Ports() => [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(end => end.Port)];
    }

    /// <summary>Run on demand: what orchestration costs a trial that trains for no time, with journal and metrics on disk.</summary>
    /// <param name="start">Whether the start of the process (compilation, tables) is paid for in the same run.</param>
    [TestCase("with the start")]
    [TestCase("without the start")]
    [Explicit("A measurement.")]
    public async Task What_a_trial_costs_besides_its_training(string start)
    {
        const int Trials = 1_000;
        using RunStore store = Store(Plans.Of(Trials));
        var runner = new ScriptedRunner((_, observer, _) =>
        {
            observer.OnMetrics(Plans.Points(0.5));
            observer.OnStep(1, 1, 0, 0.5);
            return new TrialOutcome.Completed(Plans.Result());
        });
        using var process = Process.GetCurrentProcess();
        TimeSpan processorBefore = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();

        SweepOutcome outcome = await Run(store, runner, slots: 2);

        double milliseconds = watch.Elapsed.TotalMilliseconds;
        process.Refresh();
        double processor = (process.TotalProcessorTime - processorBefore).TotalMilliseconds;
        Journal.Close(store);
        (long journal, long metrics) = store.DatabaseBytes();
        TestContext.Out.WriteLine(
            $"{start}: {milliseconds / Trials:F2} ms per trial ({processor / Trials:F2} ms of processor time), "
            + $"journal {journal / Trials} B per trial, metrics {metrics / Trials} B per trial");
        Assert.That(outcome.Succeeded, Is.EqualTo(Trials));
    }

    private RunStore Store(Plan plan) => RunStore.CreateOrOpen(_runs, plan, "{}");

    private static SweepHostOptions Options() => new()
    {
        Data = DataRoot.None,
        Environment = new RunEnvironment([], []),
    };

    private static Task<SweepOutcome> Run(
        RunStore store,
        IRankRunner runner,
        int slots = 2,
        Watcher? watcher = null,
        ITrialStore? trialStore = null,
        CancellationToken stop = default)
    {
        Config config = SweepHost.ConfigurationFor(store, null);
        SweepSetup setup = Setup(store, runner, config, slots, watcher ?? new Watcher());
        return SweepHost.RunAsync(trialStore is null ? setup : setup with { Store = trialStore }, config, stop);
    }

    private static SweepSetup Setup(RunStore store, IRankRunner runner, Config config, int slots, Watcher watcher) =>
        SweepHost.SetupFor(store, Options() with { Slots = slots }, watcher, config, new Programs(), runner);

    /// <summary>As a process that is killed: the actors are gone without a word to anybody.</summary>
    private static async Task KillAfter(RunStore store, IRankRunner runner, ManualResetEventSlim started)
    {
        Config config = SweepHost.ConfigurationFor(store, null);
        SweepSetup setup = Setup(store, runner, config, slots: 1, new Watcher());
        ActorSystem system = ActorSystem.Create("orchestrator", config);
        system.ActorOf(SweepSupervisor.PropsFor(setup, new TaskCompletionSource<SweepOutcome>()), "sweep");
        Assert.That(started.Wait(TimeSpan.FromSeconds(60)), Is.True);
        await system.Terminate();
        foreach (RankThread thread in setup.Threads)
        {
            thread.Dispose();
            await thread.Ended;
        }
    }

    private sealed class Watcher : IProgress<SweepProgress>
    {
        private volatile SweepProgress? _last;

        public SweepProgress? Last => _last;

        public void Report(SweepProgress value) => _last = value;
    }

    private sealed class Programs : IPruningPrograms
    {
        public PruningProgram ProgramOf(string trial) => PruningProgram.Dense;
    }

    /// <summary>Takes so many transactions, then the disk is full.</summary>
    private sealed class FailingStore(ITrialStore store, int appendsBefore) : ITrialStore
    {
        private int _appends;

        public void Append(IReadOnlyCollection<StoredMetric> metrics, IReadOnlyCollection<StoredResult> results)
        {
            if (_appends++ >= appendsBefore)
                throw new RunStoreException(RunStoreFault.Full, "No space is left.");
            store.Append(metrics, results);
        }
    }
}
