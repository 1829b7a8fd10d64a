using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Hosting;
using Orchestrator.Actors.Metrics;
using Orchestrator.Experiments.Runs;
using static Orchestrator.Actors.Metrics.MetricsProtocol;

namespace Orchestrator.Actors.Tests.Metrics;

internal sealed class MetricsAggregatorTests : ActorTest
{
    private readonly Store _store = new();
    private readonly Watcher _watcher = new();
    private readonly TestProbe _parent;
    private readonly IActorRef _metrics;

    public MetricsAggregatorTests()
    {
        _parent = CreateTestProbe();
        _metrics = _parent.ChildActorOf(
            MetricsAggregator.PropsFor(new MetricsOptions
            {
                Store = _store,
                Plan = Plans.Of(2),
                EnvironmentId = "here",
                Progress = _watcher,
                PublishInterval = TimeSpan.FromMilliseconds(10),
                Time = TimeProvider.System,
            }),
            "metrics");
    }

    [Test]
    public async Task A_batch_is_acknowledged_when_it_is_stored()
    {
        _metrics.Tell(new MetricsBatch("t0", 1, 0, 0, Plans.Points(0.5, 0.4)), TestActor);

        await ExpectMsgAsync(new BatchCommitted("t0", 1, 0, 0));
        Assert.That(_store.Metrics.Select(metric => metric.Value), Is.EqualTo(new[] { 0.5, 0.4 }));
    }

    [Test]
    public async Task A_batch_that_is_told_twice_is_stored_once_and_acknowledged_twice()
    {
        var batch = new MetricsBatch("t0", 1, 0, 0, Plans.Points(0.5));

        _metrics.Tell(batch, TestActor);
        _metrics.Tell(batch, TestActor);

        await ExpectMsgAsync<BatchCommitted>();
        await ExpectMsgAsync<BatchCommitted>();
        Assert.That(_store.Metrics, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_comes_during_a_commit_shares_the_next_one()
    {
        using IDisposable held = _store.Hold();
        _metrics.Tell(new MetricsBatch("t0", 1, 0, 0, Plans.Points(0.5)), TestActor);
        await _store.Entered;
        for (int sequence = 1; sequence <= 20; sequence++)
            _metrics.Tell(new MetricsBatch("t0", 1, 0, sequence, Plans.Points(0.5)), TestActor);
        await ExpectNoMsgAsync(TimeSpan.Zero);

        held.Dispose();

        for (int sequence = 0; sequence <= 20; sequence++)
            await ExpectMsgAsync(new BatchCommitted("t0", 1, 0, sequence));
        Assert.That(_store.Commits, Is.EqualTo(2));
    }

    [Test]
    public async Task A_stale_attempt_is_told_so_and_not_stored()
    {
        _metrics.Tell(new TrialReport("t0", 7, 2, TrialState.Running, null), TestActor);
        _metrics.Tell(new MetricsBatch("t0", 6, 0, 0, Plans.Points(0.5)), TestActor);
        _metrics.Tell(new RecordResult(Result("t0", token: 6)), TestActor);

        await ExpectMsgAsync(new StaleAttempt("t0", 6, 7));
        await ExpectMsgAsync(new StaleAttempt("t0", 6, 7));
        Assert.That(_store.Commits, Is.Zero);
    }

    [Test]
    public async Task A_result_is_acknowledged_when_it_is_stored()
    {
        _metrics.Tell(new RecordResult(Result("t0", token: 1)), TestActor);

        await ExpectMsgAsync(new ResultCommitted("t0", 1));
        Assert.That(_store.Results.Single().TrialId, Is.EqualTo("t0"));
    }

    [Test]
    public async Task A_failed_trial_is_stored_with_its_reason()
    {
        _metrics.Tell(new TrialReport("t1", 3, 3, TrialState.Failed, "why"), TestActor);
        _metrics.Tell(new Drain(), TestActor);

        await ExpectMsgAsync<Drained>();
        StoredResult stored = _store.Results.Single();
        Assert.That((stored.End, stored.Reason, stored.Attempts, stored.EnvironmentId), Is.EqualTo((TrialEnd.Failed, "why", 3, "here")));
        Assert.That(_watcher.Last!.Failed, Is.EqualTo(1));
    }

    [Test]
    public async Task A_full_disk_is_reported_and_nothing_is_acknowledged_any_more()
    {
        _store.Failure = new RunStoreException(RunStoreFault.Full, "full");

        _metrics.Tell(new MetricsBatch("t0", 1, 0, 0, Plans.Points(0.5)), TestActor);

        StorageFailed failed = await _parent.ExpectMsgAsync<StorageFailed>();
        _metrics.Tell(new MetricsBatch("t0", 1, 0, 1, Plans.Points(0.5)), TestActor);
        _metrics.Tell(new TrialReport("t0", 1, 1, TrialState.Running, null), TestActor);
        await Eventually(() => Assert.That(_watcher.Last?.Running, Is.EqualTo(1)));
        await ExpectNoMsgAsync(TimeSpan.Zero);
        Assert.That(failed.Cause, Is.SameAs(_store.Failure));
    }

    [Test]
    public async Task The_picture_shows_steps_metrics_and_sparsity()
    {
        _metrics.Tell(new TrialReport("t0", 1, 1, TrialState.Running, null), TestActor);
        _metrics.Tell(new StepReport("t0", 1, 30, 100, 2, 0.7), TestActor);
        _metrics.Tell(
            new MetricsBatch("t0", 1, 0, 0, [.. Plans.Points(0.6), new("sparsity/overall", 30, 2, 0.9), new("test/loss", 30, 2, 1)]),
            TestActor);
        _metrics.Tell(new Drain(), TestActor);
        await ExpectMsgAsync<BatchCommitted>();
        await ExpectMsgAsync<Drained>();

        TrialProgress row = _watcher.Last!.Trials[0];
        Assert.That(row, Is.EqualTo(new TrialProgress(
            "t0", "dense", 0, TrialState.Running, 30, 100, 2, 0.7, "validation/loss", 0.6, 0.9, 1)));
    }

    private static StoredResult Result(string trial, long token) => new()
    {
        TrialId = trial,
        End = TrialEnd.Succeeded,
        Attempts = 1,
        Token = token,
        Result = Plans.Result(),
        EnvironmentId = "here",
    };

    private sealed class Watcher : IProgress<SweepProgress>
    {
        private volatile SweepProgress? _last;

        public SweepProgress? Last => _last;

        public void Report(SweepProgress value) => _last = value;
    }

    private sealed class Store : ITrialStore
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile ManualResetEventSlim? _gate;

        public List<StoredMetric> Metrics { get; } = [];

        public List<StoredResult> Results { get; } = [];

        public int Commits { get; private set; }

        public RunStoreException? Failure { get; set; }

        public Task Entered => _entered.Task;

        /// <summary>Commits wait until the handle is disposed.</summary>
        public IDisposable Hold()
        {
            _gate = new ManualResetEventSlim();
            return new Release(_gate);
        }

        public void Append(IReadOnlyCollection<StoredMetric> metrics, IReadOnlyCollection<StoredResult> results)
        {
            _entered.TrySetResult();
            _gate?.Wait();
            if (Failure is not null)
                throw Failure;
            Commits++;
            Metrics.AddRange(metrics);
            Results.AddRange(results);
        }

        private sealed class Release(ManualResetEventSlim gate) : IDisposable
        {
            public void Dispose() => gate.Set();
        }
    }
}
