using Orchestrator.Actors.Coordination;
using Orchestrator.Experiments.Runs;
using static Orchestrator.Actors.Coordination.SweepProtocol;
using static Orchestrator.Actors.Tests.Coordination.Given;

namespace Orchestrator.Actors.Tests.Coordination;

internal sealed class SweepStateTests
{
    [Test]
    public void A_plan_is_accepted_once()
    {
        PlanAccepted plan = Plan(2);
        var accept = new Accept(plan.PlanHash, plan.Trials);

        Assert.That(SweepState.Empty.Reply(accept), Is.EqualTo(new Done("accept/plan")));
        Assert.That(State(plan).Reply(accept), Is.EqualTo(new AlreadyDone("accept/plan")));
        Assert.That(State(plan).Events(accept), Is.Empty);
    }

    [Test]
    public void Another_plan_is_refused()
    {
        IReply reply = State(Plan(2)).Reply(new Accept("other", Plan(1).Trials));

        Assert.That(reply, Is.TypeOf<Refused>());
    }

    [TestCase("nothing")]
    [TestCase("twice")]
    [TestCase("later")]
    [TestCase("no ranks")]
    [TestCase("same source twice")]
    public void A_plan_that_makes_no_sense_is_refused_with_a_reason(string fault)
    {
        PlannedTrial[] trials = fault switch
        {
            "nothing" => [],
            "twice" => [Trial(0), Trial(0)],
            "later" => [Trial(0, 1, "t1"), Trial(1)],
            "no ranks" => [Trial(0, worldSize: 0)],
            _ => [Trial(0), Trial(1, 1, "t0", "t0")],
        };

        IReply reply = SweepState.Empty.Reply(new Accept("plan", [.. trials]));

        Assert.That(reply, Is.TypeOf<Refused>().With.Property(nameof(Refused.Reason)).Not.Empty);
    }

    [Test]
    public void A_free_worker_gets_the_first_trial_with_the_next_token()
    {
        SweepState state = State(Plan(2));

        Assert.That(
            state.Events(new RegisterWorker("w0", 1)).OfType<AttemptGranted>().Single(),
            Is.EqualTo(Granted(0, 1, "w0")).Using<AttemptGranted>(SameGrant));
    }

    [Test]
    public void A_gang_starts_only_when_all_its_ranks_find_a_slot()
    {
        SweepState one = State(Plan(Trial(0, worldSize: 2)), Worker(0));

        Assert.That(one.Running, Is.Empty);
        Assert.That(
            one.Events(new RegisterWorker("w1", 1)).OfType<AttemptGranted>().Single(),
            Is.EqualTo(Granted(0, 1, "w0", "w1")).Using<AttemptGranted>(SameGrant));
    }

    [Test]
    public void A_completed_rank_ends_its_trial_and_its_slot_goes_to_the_next()
    {
        SweepState state = State(Plan(2), Worker(0), Granted(0, 1, "w0"));

        var events = state.Events(new RankEnded("t0", 1, 0, RankEnd.Completed));

        Assert.That(events.OfType<IStoredEvent>().First(), Is.EqualTo(new TrialEnded(0, 1, TrialEnd.Succeeded, null)));
        Assert.That(events.OfType<AttemptGranted>().Single().Trial, Is.EqualTo(1));
    }

    [Test]
    public void A_gang_ends_with_its_last_rank()
    {
        SweepState state = State(Plan(Trial(0, 2)), Worker(0), Worker(1), Granted(0, 1, "w0", "w1"));

        SweepState half = state.After(new RankEnded("t0", 1, 0, RankEnd.Completed));

        Assert.That(half.Ended, Is.Empty);
        Assert.That(half.After(new RankEnded("t0", 1, 1, RankEnd.Completed)).Succeeded, Is.EqualTo(1));
    }

    [Test]
    public void Divergence_is_a_result()
    {
        SweepState state = State(Plan(1), Worker(0), Granted(0, 1, "w0"));

        Assert.That(state.After(new RankEnded("t0", 1, 0, RankEnd.Diverged)).Diverged, Is.EqualTo(1));
    }

    [Test]
    public void The_end_of_the_last_trial_ends_the_sweep()
    {
        SweepState state = State(Plan(1), Worker(0), Granted(0, 1, "w0"));

        var effects = state.Effects(new RankEnded("t0", 1, 0, RankEnd.Completed));

        Assert.That(effects.OfType<Finish>().Single().Outcome, Is.EqualTo(new SweepEnded(1, 0, 0, 0, Stopped: false)));
    }

    [TestCase(FailureKind.NodeLoss)]
    [TestCase(FailureKind.Bug)]
    [TestCase(FailureKind.OutOfMemory)]
    public void A_failure_that_may_pass_is_tried_again_with_a_new_token(FailureKind kind)
    {
        SweepState state = State(Plan(1), Worker(0), Granted(0, 1, "w0"));

        var events = state.Events(new RankEnded("t0", 1, 0, RankEnd.Failed(kind, "why")));

        Assert.That(
            events.OfType<AttemptEnded>().Single(),
            Is.EqualTo(new AttemptEnded(0, 1, new Fault(kind, "why"), Charged: kind != FailureKind.NodeLoss)));
        Assert.That(events.OfType<AttemptGranted>().Single().Token, Is.EqualTo(2));
    }

    [TestCase(FailureKind.BadConfiguration)]
    [TestCase(FailureKind.BadData)]
    public void A_failure_that_cannot_pass_ends_the_trial(FailureKind kind)
    {
        SweepState state = State(Plan(1), Worker(0), Granted(0, 1, "w0"));

        SweepState after = state.After(new RankEnded("t0", 1, 0, RankEnd.Failed(kind, "why")));

        Assert.That(after.Ended[0].Failure, Is.EqualTo(new Fault(kind, "why")));
    }

    [Test]
    public void A_bug_is_tried_three_times_in_all()
    {
        SweepState state = State(Plan(1), Worker(0)).After(new RegisterWorker("w1", 1));
        int attempts = 0;
        while (!state.IsOver)
        {
            state = state.After(new RankEnded("t0", state.NewestToken, 0, RankEnd.Failed(FailureKind.Bug, "why")));
            attempts++;
        }

        Assert.That(attempts, Is.EqualTo(1 + RetryPolicy.ChargedRetriesMax));
        Assert.That(state.Failed, Is.EqualTo(1));
    }

    [Test]
    public void A_lost_worker_takes_its_gang_along_and_nobody_is_charged()
    {
        SweepState state = State(Plan(Trial(0, 2)), Worker(0), Worker(1), Granted(0, 1, "w0", "w1"));

        var effects = state.Effects(new WorkerLost("w1", 1));
        SweepState after = state.After(new WorkerLost("w1", 1))
            .After(new RankEnded("t0", 1, 0, RankEnd.Failed(FailureKind.PeerLoss, "ring")));

        Assert.That(effects, Does.Contain(new CancelRankOn("w0", "t0", 1, Graceful: false)));
        Assert.That(after.StateOf(0), Is.EqualTo(TrialState.Pending));
        Assert.That(after.Charged, Is.Empty);
    }

    [Test]
    public void What_befalls_other_ranks_after_rank_0_has_its_result_changes_nothing()
    {
        SweepState state = State(Plan(Trial(0, 2)), Worker(0), Worker(1), Granted(0, 1, "w0", "w1"));

        SweepState after = state.After(new RankEnded("t0", 1, 0, RankEnd.Completed)).After(new WorkerLost("w1", 1));

        Assert.That(after.Succeeded, Is.EqualTo(1));
    }

    [Test]
    public void Of_several_failures_the_one_that_the_others_follow_from_counts()
    {
        SweepState state = State(Plan(Trial(0, 2)), Worker(0), Worker(1), Granted(0, 1, "w0", "w1"));

        SweepState after = state.After(new RankEnded("t0", 1, 0, RankEnd.Failed(FailureKind.PeerLoss, "ring")))
            .After(new RankEnded("t0", 1, 1, RankEnd.Failed(FailureKind.BadData, "file")));

        Assert.That(after.Ended[0].Failure!.Kind, Is.EqualTo(FailureKind.BadData));
    }

    [Test]
    public void A_faulted_attempt_is_cancelled_and_fails_with_the_fault()
    {
        SweepState state = State(Plan(Trial(0, 2)), Worker(0), Worker(1), Granted(0, 1, "w0", "w1"));
        var faulted = new AttemptFaulted("t0", 1, new Fault(FailureKind.MaskMismatch, "masks"));

        SweepState aborted = state.After(faulted);
        var events = aborted.After(new RankEnded("t0", 1, 0, RankEnd.Failed(FailureKind.PeerLoss, "cancelled")))
            .Events(new RankEnded("t0", 1, 1, RankEnd.Stopped));

        Assert.That(state.Effects(faulted).OfType<CancelRankOn>().Count(), Is.EqualTo(2));
        Assert.That(events.OfType<AttemptEnded>().Single().Failure!.Kind, Is.EqualTo(FailureKind.MaskMismatch));
    }

    [Test]
    public void A_dependent_waits_for_the_success_of_its_sources()
    {
        SweepState state = State(Plan(Trial(0), Trial(1, 1, "t0")), Worker(0), Worker(1), Granted(0, 1, "w0"));

        Assert.That(state.StateOf(1), Is.EqualTo(TrialState.Waiting));
        Assert.That(
            state.Events(new RankEnded("t0", 1, 0, RankEnd.Completed)).OfType<AttemptGranted>().Single().Trial,
            Is.EqualTo(1));
    }

    [Test]
    public void Without_its_source_a_dependent_fails_and_so_do_its_own([Values] bool diverged)
    {
        PlanAccepted plan = Plan(Trial(0), Trial(1, 1, "t0"), Trial(2, 1, "t1"), Trial(3, 1, "t0", "t1"));
        SweepState state = State(plan, Worker(0), Granted(0, 1, "w0"));
        RankEnd end = diverged ? RankEnd.Diverged : RankEnd.Failed(FailureKind.BadData, "file");

        SweepState after = state.After(new RankEnded("t0", 1, 0, end));

        Assert.That(after.Ended[1].Failure!.Reason, Does.Contain("`t0`").And.Contain(diverged ? "diverged" : "failed"));
        Assert.That(after.Ended[2].Failure!.Reason, Does.Contain("`t1`").And.Contain("failed"));
        Assert.That(after.IsOver, Is.True);
    }

    [Test]
    public void A_stop_lets_running_trials_stop_and_starts_nothing()
    {
        SweepState state = State(Plan(3), Worker(0), Granted(0, 1, "w0"));

        SweepState stopping = state.After(new Stop("user"));
        var effects = stopping.Effects(new RankEnded("t0", 1, 0, RankEnd.Stopped));

        Assert.That(state.Effects(new Stop("user")), Does.Contain(new CancelRankOn("w0", "t0", 1, Graceful: true)));
        Assert.That(effects.OfType<StartAttempt>(), Is.Empty);
        Assert.That(effects.OfType<Finish>().Single().Outcome, Is.EqualTo(new SweepEnded(0, 0, 0, 3, Stopped: true)));
    }

    [Test]
    public void A_stop_before_anything_runs_ends_the_sweep_at_once()
    {
        Assert.That(State(Plan(3)).Effects(new Stop("user")).OfType<Finish>(), Is.Not.Empty);
    }

    [Test]
    public void A_full_disk_halts_the_sweep_and_charges_nobody()
    {
        SweepState state = State(Plan(2), Worker(0), Granted(0, 1, "w0"));
        var ended = new RankEnded("t0", 1, 0, RankEnd.Failed(FailureKind.Storage, "full"));

        Assert.That(state.Effects(ended), Does.Contain(new HaltForStorage("full")));
        Assert.That(state.After(ended).Charged, Is.Empty);
        Assert.That(state.After(ended).Running, Is.Empty);
    }

    [Test]
    public void After_a_restart_open_attempts_are_lost_uncharged_and_granted_anew()
    {
        SweepState recovered = State(Plan(2), Granted(0, 1, "w0"), new TrialEnded(0, 1, TrialEnd.Succeeded, null), Granted(1, 2, "w0"));

        SweepState state = recovered.After(new Recovered());
        var grant = state.Events(new RegisterWorker("w0", 7)).OfType<AttemptGranted>().Single();

        Assert.That(state.Running, Is.Empty);
        Assert.That(state.Charged, Is.Empty);
        Assert.That(grant, Is.EqualTo(Granted(1, 3, "w0")).Using<AttemptGranted>(SameGrant));
    }

    [Test]
    public void After_a_restart_a_sweep_that_has_ended_says_so_again()
    {
        SweepState recovered = State(Plan(1), Granted(0, 1, "w0"), new TrialEnded(0, 1, TrialEnd.Succeeded, null));

        Assert.That(recovered.Effects(new Recovered()).OfType<Finish>(), Is.Not.Empty);
        Assert.That(recovered.Resume().OfType<ReportTrial>().Single().State, Is.EqualTo(TrialState.Succeeded));
    }

    [Test]
    public void A_stale_token_is_refused()
    {
        SweepState state = State(Plan(1), Worker(0), Granted(0, 1, "w0"))
            .After(new RankEnded("t0", 1, 0, RankEnd.Failed(FailureKind.Bug, "why")));

        var late = new RankEnded("t0", 1, 0, RankEnd.Completed);

        Assert.That(state.NewestToken, Is.EqualTo(2));
        Assert.That(state.Reply(late), Is.TypeOf<Refused>());
        Assert.That(state.Events(late), Is.Empty);
    }

    [Test]
    public void A_worker_that_comes_back_under_its_name_has_lost_its_rank()
    {
        SweepState state = State(Plan(1), Worker(0), Granted(0, 1, "w0"));

        var events = state.Events(new RegisterWorker("w0", 2));

        Assert.That(events.OfType<AttemptEnded>().Single().Failure!.Kind, Is.EqualTo(FailureKind.NodeLoss));
        Assert.That(events.OfType<AttemptGranted>().Single().Token, Is.EqualTo(2));
    }

    [Test]
    public void A_trial_costs_two_stored_events()
    {
        SweepState state = State(Plan(100)).After(new RegisterWorker("w0", 1));
        int stored = 1;
        while (!state.IsOver)
        {
            var ended = new RankEnded(state.Trials[state.Running.Keys.Single()].Id, state.NewestToken, 0, RankEnd.Completed);
            stored += state.Events(ended).OfType<IStoredEvent>().Count();
            state = state.After(ended);
        }

        Assert.That(stored, Is.EqualTo(200));
    }

    private static bool SameGrant(AttemptGranted a, AttemptGranted b) =>
        a.Trial == b.Trial && a.Token == b.Token && a.Workers.SequenceEqual(b.Workers);
}
