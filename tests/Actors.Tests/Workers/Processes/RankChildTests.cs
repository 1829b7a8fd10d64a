using Microsoft.Data.Sqlite;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Serialization;
using Orchestrator.Actors.Workers;
using Orchestrator.Actors.Workers.Processes;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;
using static Orchestrator.Actors.Workers.WorkerProtocol;

namespace Orchestrator.Actors.Tests.Workers.Processes;

/// <summary>The rank's side: real trainings behind real pipes.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RankChildTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly string _runs = Directory.CreateTempSubdirectory("rank-child").FullName;
    private readonly RecordingLink _worker = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abort = new();

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_runs, recursive: true);
        _stop.Dispose();
        _abort.Dispose();
    }

    [Test]
    public void It_trains_what_it_is_assigned_and_tells_all_that_an_observer_hears()
    {
        using RunStore store = Store(epochs: 2);

        var outcome = Run(store, Alone) as TrialOutcome.Completed;

        Assert.That(outcome!.Result.Steps, Is.EqualTo(8));
        Assert.That(_worker.Points.Select(point => point.Name), Does.Contain("train/loss").And.Contain("test/loss"));
        Assert.That(_worker.Steps.Select(step => step.Step), Is.EqualTo(new[] { 1, 2, 3, 4, 5, 6, 7, 8 }));
        Assert.That(File.Exists(Path.Combine(store.TrialDirectory("t0"), "weights.safetensors")), Is.True);
    }

    [Test]
    public void Metrics_and_steps_are_told_by_rank_0_alone()
    {
        using RunStore store = Store(epochs: 1);

        Run(store, (_, _, _, _) => new Silent(rank: 1), rank: 1);

        Assert.That(_worker.Points, Is.Empty);
        Assert.That(_worker.Steps, Is.Empty);
    }

    [Test]
    public void A_training_that_cannot_begin_tells_why_and_of_what_kind_it_is()
    {
        using RunStore store = Store(epochs: 1, new TextOptions { Path = "nowhere.txt" });

        RankFailedException? thrown = Assert.Throws<RankFailedException>(() => Run(store, Alone));

        Assert.That(thrown!.Failure.Kind, Is.EqualTo(FailureKind.BadData));
        Assert.That(thrown.Failure.Reason, Does.Contain("nowhere.txt"));
    }

    [Test]
    public void Told_to_stop_it_leaves_a_checkpoint_and_says_at_which_step()
    {
        using RunStore store = Store(epochs: 10_000);
        var worker = new StopAt(5, _stop);

        TrialOutcome outcome = Run(store, Alone, worker: worker);

        Assert.That(outcome, Is.InstanceOf<TrialOutcome.Stopped>());
        Assert.That(
            File.Exists(Path.Combine(store.TrialDirectory("t0"), $"checkpoint-{((TrialOutcome.Stopped)outcome).Step:D12}.safetensors")),
            Is.True);
    }

    [Test]
    public void Told_to_end_at_once_its_exchange_is_cancelled()
    {
        using RunStore store = Store(epochs: 10_000);
        var worker = new StopAt(5, _abort);

        RankFailedException? thrown = Assert.Throws<RankFailedException>(() => Run(store, Cancellable, worker: worker));

        Assert.That(thrown!.Failure.Kind, Is.EqualTo(FailureKind.PeerLoss));
    }

    [Test]
    public void It_leaves_its_gang_before_it_says_its_last_words()
    {
        using RunStore store = Store(epochs: 1);
        var exchange = new Silent(rank: 0);

        Run(store, (_, _, _, _) => exchange);

        Assert.That(exchange.IsDisposed, Is.True);
    }

    [Test]
    public void Without_an_assignment_there_is_nothing_to_do()
    {
        using var output = new MemoryStream();
        using var child = new RankChild(Stream.Null, output, Alone, TimeProvider.System, () => { });

        child.Run();

        Assert.That(output.Length, Is.Zero);
    }

    [Test]
    public void When_the_worker_is_gone_the_process_leaves_in_the_middle_of_its_training()
    {
        using RunStore store = Store(epochs: 10_000);
        using var left = new ManualResetEventSlim();
        using var joined = new ManualResetEventSlim();
        var process = new PipedProcess(pipes =>
        {
            using var child = new RankChild(pipes.Input, pipes.Output, Join, TimeProvider.System, left.Set);
            child.Run();
            return 0;
        });
        RankFrames.Write(process.Input, Assignment(store, rank: 0).Write());
        joined.Wait(Deadline);

        process.Input.Dispose();

        Assert.That(left.Wait(Deadline), Is.True);
        process.Kill();

        IGradientExchange Join(RankProcessAssignment assignment, CommunicatorOptions options, IRendezvous rendezvous, CancellationToken abort)
        {
            joined.Set();
            left.Wait(Deadline, CancellationToken.None);
            throw new OperationCanceledException();
        }
    }

    private static IGradientExchange Alone(
        RankProcessAssignment assignment, CommunicatorOptions options, IRendezvous rendezvous, CancellationToken abort) => new SingleRankExchange();

    private static IGradientExchange Cancellable(
        RankProcessAssignment assignment, CommunicatorOptions options, IRendezvous rendezvous, CancellationToken abort) => new Silent(rank: 0, abort);

    private RunStore Store(int epochs, DataOptions? data = null)
    {
        var configuration = new TrialConfiguration
        {
            Data = new SyntheticDigitsOptions { BatchSize = 12, TrainCount = 48, ValidationCount = 12, TestCount = 12 },
            Network = new NetworkOptions { Kind = NetworkKind.Gru, HiddenSize = 8 },
            Training = new TrainingOptions { Epochs = epochs },
        };
        Experiments.Planning.Plan plan = Plans.Of(1, like: configuration);
        if (data is not null)
            plan = plan with { Cells = [plan.Cells[0] with { Configuration = configuration with { Data = data } }] };
        return RunStore.CreateOrOpen(_runs, plan, "{}");
    }

    private TrialOutcome Run(RunStore store, RankChild.JoinGang join, int rank = 0, RecordingLink? worker = null)
    {
        var options = new ChildProcessOptions
        {
            RunDirectory = store.Directory,
            Data = DataRoot.None,
            Transport = GangTransport.Tcp,
            StepInterval = TimeSpan.Zero,
            Start = () => PipedProcess.OfRank(join),
            Time = TimeProvider.System,
        };
        RecordingLink told = worker ?? _worker;
        var runner = new ChildProcessRankRunner(options, ScriptedRunner.Completing());
        return runner.Run(Assignment(store, rank).Rank, told, new RankSignals(_stop.Token, _abort.Token), told);
    }

    private static RankProcessAssignment Assignment(RunStore store, int rank) => new(
        new RankAssignment("t0", 5, rank, 2, PruningProgram.Dense), store.Directory, DataRoot.None, GangTransport.Tcp, TimeSpan.Zero);

    /// <summary>One of two ranks whose peer adds nothing.</summary>
    private sealed class Silent(int rank, CancellationToken abort = default) : IGradientExchange, IDisposable
    {
        public int Rank => rank;

        public int WorldSize => 2;

        public bool IsDisposed { get; private set; }

        private bool HasBegun { get; set; }

        public void AllReduce(Span<float> values) => abort.ThrowIfCancellationRequested();

        public void AllReduce(Span<double> values)
        {
            abort.ThrowIfCancellationRequested();
            if (!HasBegun)
                values[0] = -1; // rank 0 has found no checkpoint
            HasBegun = true;
        }

        public void Dispose() => IsDisposed = true;
    }
}
