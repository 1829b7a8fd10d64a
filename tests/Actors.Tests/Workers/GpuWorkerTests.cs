using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Workers;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;
using static Orchestrator.Actors.Coordination.RendezvousProtocol;
using static Orchestrator.Actors.Coordination.SweepProtocol;
using static Orchestrator.Actors.Metrics.MetricsProtocol;
using static Orchestrator.Actors.Pruning.PruningProtocol;
using static Orchestrator.Actors.Workers.WorkerProtocol;

namespace Orchestrator.Actors.Tests.Workers;

internal sealed class GpuWorkerTests : ActorTest
{
    private readonly TestProbe _coordinator;
    private readonly TestProbe _metrics;
    private readonly TestProbe _schedule;
    private readonly RankThread _thread = new("test");

    public GpuWorkerTests()
    {
        _coordinator = CreateTestProbe();
        _metrics = CreateTestProbe();
        _schedule = CreateTestProbe();
    }

    [TearDown]
    public async Task EndThread()
    {
        await ShutdownAsync();
        _thread.Dispose();
        await _thread.Ended;
    }

    [Test]
    public async Task A_rank_is_reported_when_its_result_is_stored_and_not_before()
    {
        var runner = ScriptedRunner.Completing();
        IActorRef worker = await Start(runner);
        await Begin(worker, Rank(token: 1));

        RecordResult record = await _metrics.ExpectMsgAsync<RecordResult>();
        await _coordinator.ExpectNoMsgAsync(TimeSpan.Zero);
        worker.Tell(new ResultCommitted("t0", 1), _metrics.Ref);

        await _coordinator.ExpectMsgAsync(new RankEnded("t0", 1, 0, RankEnd.Completed));
        Assert.That((record.Result.End, record.Result.Token, record.Result.Attempts), Is.EqualTo((TrialEnd.Succeeded, 1L, 1)));
    }

    [Test]
    public async Task Checkpoints_go_when_the_end_is_in_the_journal()
    {
        var runner = ScriptedRunner.Completing();
        IActorRef worker = await Start(runner);
        await Begin(worker, Rank(token: 1));
        await _metrics.ExpectMsgAsync<RecordResult>();
        worker.Tell(new ResultCommitted("t0", 1), _metrics.Ref);
        RankEnded ended = await _coordinator.ExpectMsgAsync<RankEnded>();
        Assert.That(runner.Released, Is.Empty);

        worker.Tell(new Done(ended.Key), _coordinator.Ref);

        await Eventually(() => Assert.That(runner.Released, Is.EqualTo(new[] { "t0" })));
    }

    [Test]
    public async Task Checkpoints_of_a_refused_end_stay_for_whoever_goes_on()
    {
        var runner = ScriptedRunner.Completing();
        IActorRef worker = await Start(runner);
        await Begin(worker, Rank(token: 1));
        await _metrics.ExpectMsgAsync<RecordResult>();
        worker.Tell(new ResultCommitted("t0", 1), _metrics.Ref);
        RankEnded ended = await _coordinator.ExpectMsgAsync<RankEnded>();

        worker.Tell(new Refused(ended.Key, "stale"), _coordinator.Ref);

        await Begin(worker, Rank(token: 2, trial: "t1"));
        await _metrics.ExpectMsgAsync<RecordResult>(record => record.Result.TrialId == "t1");
        Assert.That(runner.Released, Is.Empty);
    }

    [Test]
    public async Task Metrics_are_stored_before_the_end_is_reported()
    {
        var runner = new ScriptedRunner((_, observer, _) =>
        {
            observer.OnMetrics(Plans.Points(0.5));
            observer.OnMetrics(Plans.Points(0.4));
            return new TrialOutcome.Stopped(2);
        });
        IActorRef worker = await Start(runner);
        await Begin(worker, Rank(token: 1));
        await _metrics.ExpectMsgAsync<MetricsBatch>(batch => batch.Sequence == 0);
        await _metrics.ExpectMsgAsync<MetricsBatch>(batch => batch.Sequence == 1);

        worker.Tell(new BatchCommitted("t0", 1, 0, 1), _metrics.Ref);
        await _coordinator.ExpectNoMsgAsync(TimeSpan.Zero);
        worker.Tell(new BatchCommitted("t0", 1, 0, 0), _metrics.Ref);

        await _coordinator.ExpectMsgAsync(new RankEnded("t0", 1, 0, RankEnd.Stopped));
    }

    [Test]
    public async Task A_training_waits_when_too_many_batches_are_not_stored()
    {
        int sent = 0;
        var runner = new ScriptedRunner((_, observer, _) =>
        {
            for (int batch = 0; batch < 5; batch++)
            {
                observer.OnMetrics(Plans.Points(batch));
                Interlocked.Increment(ref sent);
            }

            return new TrialOutcome.Stopped(5);
        });
        IActorRef worker = await Start(runner, outstanding: 2);
        await Begin(worker, Rank(token: 1));
        await _metrics.ExpectMsgAsync<MetricsBatch>();
        await _metrics.ExpectMsgAsync<MetricsBatch>();

        await _metrics.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
        Assert.That(Volatile.Read(ref sent), Is.EqualTo(2));
        for (int sequence = 0; sequence < 5; sequence++)
            worker.Tell(new BatchCommitted("t0", 1, 0, sequence), _metrics.Ref);

        // The third is only sent now; acknowledgements that came too early count for nothing.
        await AcknowledgeRest(worker);
        await _coordinator.ExpectMsgAsync(new RankEnded("t0", 1, 0, RankEnd.Stopped));
    }

    [Test]
    public async Task What_is_not_answered_is_said_again()
    {
        IActorRef worker = await Start(ScriptedRunner.Completing(), resend: TimeSpan.FromMilliseconds(20));
        await Begin(worker, Rank(token: 1));

        await _metrics.ExpectMsgAsync<RecordResult>();
        await _metrics.ExpectMsgAsync<RecordResult>();
        worker.Tell(new ResultCommitted("t0", 1), _metrics.Ref);
        await _coordinator.ExpectMsgAsync<RankEnded>();
        await _coordinator.ExpectMsgAsync<RankEnded>();
    }

    [Test]
    public async Task An_exception_is_reported_by_its_kind()
    {
        IActorRef worker = await Start(new ScriptedRunner((_, _, _) => throw new IOException("No space left on device", 28)));
        await Begin(worker, Rank(token: 1));

        RankEnded ended = await _coordinator.ExpectMsgAsync<RankEnded>();

        Assert.That(ended.End, Is.EqualTo(RankEnd.Failed(FailureKind.Storage, "No space left on device")));
    }

    [Test]
    public async Task A_program_that_could_not_be_made_ends_the_rank()
    {
        IActorRef worker = await Start(ScriptedRunner.Completing());
        await TellStart(worker, Rank(token: 1));
        await _schedule.ExpectMsgAsync<GetProgram>();

        worker.Tell(new ProgramFailed("t0", 1, new Fault(FailureKind.BadConfiguration, "why")), _schedule.Ref);

        await _coordinator.ExpectMsgAsync(new RankEnded("t0", 1, 0, RankEnd.Failed(FailureKind.BadConfiguration, "why")));
    }

    [Test]
    public async Task A_graceful_cancellation_stops_the_training()
    {
        IActorRef worker = await Start(ScriptedRunner.Endless());
        await Begin(worker, Rank(token: 1));

        worker.Tell(new CancelRank("t0", 1, Graceful: true), _coordinator.Ref);

        await _coordinator.ExpectMsgAsync(new RankEnded("t0", 1, 0, RankEnd.Stopped));
    }

    [Test]
    public async Task A_cancellation_of_another_token_does_nothing()
    {
        var runner = ScriptedRunner.Endless();
        IActorRef worker = await Start(runner);
        await Begin(worker, Rank(token: 2));

        worker.Tell(new CancelRank("t0", 1, Graceful: true), _coordinator.Ref);

        await Eventually(() => Assert.That(runner.Runs, Has.Count.EqualTo(1)));
        await _coordinator.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
    }

    [Test]
    public async Task A_newer_token_takes_the_place_of_the_one_under_way()
    {
        var runner = ScriptedRunner.Endless();
        IActorRef worker = await Start(runner);
        await Begin(worker, Rank(token: 1));
        await Eventually(() => Assert.That(runner.Runs, Has.Count.EqualTo(1)));

        await Begin(worker, Rank(token: 2, trial: "t1"));

        await Eventually(() => Assert.That(runner.Runs.Select(run => run.Trial), Is.EqualTo(new[] { "t0", "t1" })));
    }

    [Test]
    public async Task An_older_token_is_refused()
    {
        IActorRef worker = await Start(ScriptedRunner.Endless());
        await Begin(worker, Rank(token: 5));

        worker.Tell(Rank(token: 4, trial: "t1"), _coordinator.Ref);

        Refused refused = await _coordinator.ExpectMsgAsync<Refused>();
        Assert.That(refused.Reason, Does.Contain("stale"));
    }

    [Test]
    public async Task Rank_0_of_a_gang_has_its_masks_confirmed_before_its_result_counts()
    {
        var runner = new ScriptedRunner((_, observer, _) =>
        {
            observer.OnMasks(100, "aa");
            return new TrialOutcome.Completed(Plans.Result());
        });
        IActorRef worker = await Start(runner);
        await Begin(worker, Rank(token: 1, worldSize: 2));
        await _schedule.ExpectMsgAsync(new MasksApplied("t0", 1, 0, 0, 100, "aa"));
        await _schedule.ExpectMsgAsync(new ConfirmMasks("t0", 1, Reports: 1));
        await _metrics.ExpectNoMsgAsync(TimeSpan.Zero);

        worker.Tell(new MasksAgreed("t0", 1), _schedule.Ref);

        await _metrics.ExpectMsgAsync<RecordResult>();
    }

    [Test]
    public async Task Other_ranks_store_nothing_and_report_their_end()
    {
        var runner = new ScriptedRunner((_, observer, _) =>
        {
            observer.OnMetrics(Plans.Points(0.5));
            return new TrialOutcome.Completed(Plans.Result());
        });
        IActorRef worker = await Start(runner);
        await Begin(worker, Rank(token: 1, worldSize: 2, rank: 1));

        await _coordinator.ExpectMsgAsync(new RankEnded("t0", 1, 1, RankEnd.Completed));
        await _metrics.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Test]
    public async Task A_worker_that_is_stopped_aborts_its_training()
    {
        var runner = ScriptedRunner.Endless();
        IActorRef worker = await Start(runner);
        await Begin(worker, Rank(token: 1));
        await Eventually(() => Assert.That(runner.Runs, Has.Count.EqualTo(1)));

        Sys.Stop(worker);
        _thread.Dispose();

        await _thread.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(_thread.Ended.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public async Task A_rank_that_tells_its_address_hears_those_of_its_gang()
    {
        IActorRef worker = await Start(Meeting(out Task<ImmutableArray<string>> met));
        await Begin(worker, Rank(token: 1, worldSize: 2, rank: 1));
        await _coordinator.ExpectMsgAsync(new PublishAddress("t0", 1, Rank: 1, Round: 0, "here"));

        worker.Tell(new AddressesPublished("t0", 1, Round: 0, ["there", "here"]), _coordinator.Ref);

        Assert.That(await met.WaitAsync(TimeSpan.FromSeconds(20)), Is.EqualTo(new[] { "there", "here" }));
        await _coordinator.ExpectMsgAsync(new RankEnded("t0", 1, 1, RankEnd.Completed));
    }

    [Test]
    public async Task An_address_is_told_again_until_the_gang_is_known_and_answers_to_others_are_ignored()
    {
        IActorRef worker = await Start(Meeting(out Task<ImmutableArray<string>> met), resend: TimeSpan.FromMilliseconds(20));
        await Begin(worker, Rank(token: 5, worldSize: 2, rank: 1));

        await _coordinator.ExpectMsgAsync<PublishAddress>();
        worker.Tell(new AddressesPublished("t0", 4, Round: 0, ["of an older", "attempt"]), _coordinator.Ref);
        worker.Tell(new AddressesPublished("t0", 5, Round: 1, ["of another", "round"]), _coordinator.Ref);
        await _coordinator.ExpectMsgAsync(new PublishAddress("t0", 5, Rank: 1, Round: 0, "here"));
        worker.Tell(new AddressesPublished("t0", 5, Round: 0, ["there", "here"]), _coordinator.Ref);

        Assert.That(await met.WaitAsync(TimeSpan.FromSeconds(20)), Is.EqualTo(new[] { "there", "here" }));
    }

    [Test]
    public async Task A_rank_that_is_to_end_at_once_no_longer_waits_for_its_gang()
    {
        IActorRef worker = await Start(Meeting(out Task<ImmutableArray<string>> met));
        await Begin(worker, Rank(token: 1, worldSize: 2, rank: 1));
        await _coordinator.ExpectMsgAsync<PublishAddress>();

        worker.Tell(new CancelRank("t0", 1, Graceful: false), _coordinator.Ref);

        RankEnded ended = await _coordinator.ExpectMsgAsync<RankEnded>();
        Assert.That(ended.End.Failure!.Kind, Is.EqualTo(FailureKind.PeerLoss));
        Assert.That(met.IsCanceled, Is.True);
    }

    [Test]
    public async Task What_a_rank_says_is_logged_with_trial_attempt_and_rank()
    {
        var runner = new ScriptedRunner((_, _, _, link) =>
        {
            link.Tell("a complaint");
            return new TrialOutcome.Completed(Plans.Result());
        });
        IActorRef worker = await Start(runner);

        await EventFilter.Warning("Trial t0, attempt 1, rank 1: a complaint").ExpectOneAsync(
            () => Begin(worker, Rank(token: 1, worldSize: 2, rank: 1)));
    }

    /// <summary>A rank that does nothing but meet its gang.</summary>
    private static ScriptedRunner Meeting(out Task<ImmutableArray<string>> met)
    {
        var found = new TaskCompletionSource<ImmutableArray<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        met = found.Task;
        return new ScriptedRunner((_, _, _, link) =>
        {
            try
            {
                found.SetResult(link.ExchangeAsync(round: 0, "here").GetAwaiter().GetResult());
                return new TrialOutcome.Completed(Plans.Result());
            }
            catch (OperationCanceledException)
            {
                found.SetCanceled();
                throw;
            }
        });
    }

    private StartRank Rank(long token, string trial = "t0", int rank = 0, int worldSize = 1) =>
        new(trial, token, rank, worldSize, Attempt: 1, _schedule.Ref);

    private async Task<IActorRef> Start(ScriptedRunner runner, int outstanding = 8, TimeSpan? resend = null)
    {
        IActorRef worker = Sys.ActorOf(GpuWorker.PropsFor(new GpuWorkerOptions
        {
            Name = "w0",
            Coordinator = _coordinator.Ref,
            Metrics = _metrics.Ref,
            Runner = runner,
            Thread = _thread,
            EnvironmentId = "here",
            OutstandingBatchesMax = outstanding,
            ResendInterval = resend ?? TimeSpan.FromHours(1),
            StepInterval = TimeSpan.Zero,
            Time = TimeProvider.System,
        }));
        RegisterWorker registration = await _coordinator.ExpectMsgAsync<RegisterWorker>();
        worker.Tell(new Done(registration.Key), _coordinator.Ref);
        return worker;
    }

    private async Task TellStart(IActorRef worker, StartRank start)
    {
        worker.Tell(start, _coordinator.Ref);
        await _coordinator.FishForMessageAsync(message => message is Done done && done.Key == start.Key);
    }

    private async Task Begin(IActorRef worker, StartRank start)
    {
        await TellStart(worker, start);
        await _schedule.FishForMessageAsync(message => message is GetProgram get && get.Token == start.Token);
        worker.Tell(new ProgramReady(start.Trial, start.Token, PruningProgram.Dense), _schedule.Ref);
    }

    private async Task AcknowledgeRest(IActorRef worker)
    {
        for (int sequence = 2; sequence < 5; sequence++)
        {
            MetricsBatch batch = await _metrics.ExpectMsgAsync<MetricsBatch>();
            worker.Tell(new BatchCommitted("t0", 1, 0, batch.Sequence), _metrics.Ref);
        }
    }
}
