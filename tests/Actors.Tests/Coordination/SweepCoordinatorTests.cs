using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Pruning;
using Orchestrator.Models.Pruning;
using static Orchestrator.Actors.Coordination.RendezvousProtocol;
using static Orchestrator.Actors.Coordination.SweepProtocol;
using static Orchestrator.Actors.Metrics.MetricsProtocol;
using static Orchestrator.Actors.Workers.WorkerProtocol;

namespace Orchestrator.Actors.Tests.Coordination;

internal sealed class SweepCoordinatorTests : ActorTest
{
    private readonly TestProbe _parent;
    private readonly TestProbe _metrics;
    private readonly TestProbe _worker;

    public SweepCoordinatorTests()
    {
        _parent = CreateTestProbe();
        _metrics = CreateTestProbe();
        _worker = CreateTestProbe();
    }

    [Test]
    public async Task A_registered_worker_is_sent_the_ranks_of_a_trial()
    {
        IActorRef coordinator = Start();
        await Accept(coordinator, Trial(0));
        await Register(coordinator, _worker, "w0");

        StartRank start = await _worker.ExpectMsgAsync<StartRank>();

        Assert.That((start.Trial, start.Token, start.Rank, start.WorldSize, start.Attempt), Is.EqualTo(("t0", 1L, 0, 1, 1)));
    }

    [Test]
    public async Task The_parent_hears_once_that_the_sweep_is_over()
    {
        IActorRef coordinator = Start();
        await Accept(coordinator, Trial(0));
        await Register(coordinator, _worker, "w0");
        StartRank start = await _worker.ExpectMsgAsync<StartRank>();

        var ended = new RankEnded("t0", start.Token, 0, RankEnd.Completed);
        coordinator.Tell(ended, _worker.Ref);
        coordinator.Tell(ended, _worker.Ref);

        await _worker.ExpectMsgAsync(new Done(ended.Key));
        await _worker.ExpectMsgAsync(new AlreadyDone(ended.Key));
        await _parent.ExpectMsgAsync(new SweepEnded(1, 0, 0, 0, Stopped: false));
        await _parent.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Test]
    public async Task A_worker_that_dies_loses_its_rank_which_another_one_gets()
    {
        IActorRef coordinator = Start();
        await Accept(coordinator, Trial(0));
        await Register(coordinator, _worker, "w0");
        StartRank first = await _worker.ExpectMsgAsync<StartRank>();
        TestProbe other = CreateTestProbe();
        await Register(coordinator, other, "w1");

        Sys.Stop(_worker.Ref);

        StartRank second = await other.ExpectMsgAsync<StartRank>();
        Assert.That((second.Trial, second.Attempt), Is.EqualTo((first.Trial, 2)));
        Assert.That(second.Token, Is.GreaterThan(first.Token));
    }

    [Test]
    public async Task A_gang_shares_one_schedule_and_a_fault_of_it_cancels_all_ranks()
    {
        IActorRef coordinator = Start();
        await Accept(coordinator, Trial(0, worldSize: 2));
        TestProbe other = CreateTestProbe();
        await Register(coordinator, _worker, "w0");
        await Register(coordinator, other, "w1");
        StartRank start = await _worker.ExpectMsgAsync<StartRank>();
        StartRank otherStart = await other.ExpectMsgAsync<StartRank>();

        start.Schedule.Tell(new PruningProtocol.MasksApplied("t0", start.Token, 0, 0, 100, "aa"), _worker.Ref);
        otherStart.Schedule.Tell(new PruningProtocol.MasksApplied("t0", start.Token, 1, 0, 100, "bb"), other.Ref);

        await _worker.ExpectMsgAsync(new CancelRank("t0", start.Token, Graceful: false));
        await other.ExpectMsgAsync(new CancelRank("t0", start.Token, Graceful: false));
    }

    [Test]
    public async Task A_coordinator_that_is_started_again_goes_on_with_what_is_open()
    {
        IActorRef first = Start();
        await Accept(first, Trial(0), Trial(1));
        await Register(first, _worker, "w0");
        StartRank start = await _worker.ExpectMsgAsync<StartRank>();
        await Tell(first, _worker, new RankEnded("t0", start.Token, 0, RankEnd.Completed));
        StartRank lost = await _worker.ExpectMsgAsync<StartRank>();
        await first.GracefulStop(TimeSpan.FromSeconds(10));

        IActorRef second = Start();
        TestProbe worker = CreateTestProbe();
        await Register(second, worker, "w0", incarnation: 2);

        StartRank again = await worker.ExpectMsgAsync<StartRank>();
        Assert.That((again.Trial, again.Attempt), Is.EqualTo(("t1", 2)));
        Assert.That(again.Token, Is.GreaterThan(lost.Token));
        await Tell(second, worker, new RankEnded("t1", again.Token, 0, RankEnd.Completed));
        await _parent.FishForMessageAsync(message => message is SweepEnded { Succeeded: 2 });
    }

    [Test]
    public async Task A_stop_reaches_the_ranks_and_the_sweep_ends_when_they_have_stopped()
    {
        IActorRef coordinator = Start();
        await Accept(coordinator, Trial(0), Trial(1));
        await Register(coordinator, _worker, "w0");
        StartRank start = await _worker.ExpectMsgAsync<StartRank>();

        coordinator.Tell(new Stop("user"), TestActor);
        await _worker.ExpectMsgAsync(new CancelRank("t0", start.Token, Graceful: true));
        await Tell(coordinator, _worker, new RankEnded("t0", start.Token, 0, RankEnd.Stopped));

        await _parent.ExpectMsgAsync(new SweepEnded(0, 0, 0, 2, Stopped: true));
    }

    [Test]
    public async Task Whoever_watches_hears_of_each_state_of_a_trial()
    {
        IActorRef coordinator = Start();
        await Accept(coordinator, Trial(0));
        await Register(coordinator, _worker, "w0");
        await _worker.ExpectMsgAsync<StartRank>();
        await Tell(coordinator, _worker, new RankEnded("t0", 1, 0, RankEnd.Failed(FailureKind.BadData, "file")));

        await _metrics.ExpectMsgAsync(new TrialReport("t0", 0, 0, TrialState.Pending, null));
        await _metrics.ExpectMsgAsync(new TrialReport("t0", 1, 1, TrialState.Running, null));
        await _metrics.ExpectMsgAsync(new TrialReport("t0", 1, 1, TrialState.Failed, "file"));
    }

    [Test]
    public async Task The_workers_of_a_gang_hear_where_all_ranks_are_once_all_have_told_it()
    {
        (IActorRef coordinator, TestProbe other, long token) = await StartGang();

        coordinator.Tell(new PublishAddress("t0", token, Rank: 1, Round: 0, "b"), other.Ref);
        await other.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
        coordinator.Tell(new PublishAddress("t0", token, Rank: 0, Round: 0, "a"), _worker.Ref);

        foreach (TestProbe worker in new[] { _worker, other })
        {
            AddressesPublished published = await worker.ExpectMsgAsync<AddressesPublished>();
            Assert.That((published.Trial, published.Token, published.Round), Is.EqualTo(("t0", token, 0)));
            Assert.That(published.Addresses, Is.EqualTo(new[] { "a", "b" }));
        }
    }

    [Test]
    public async Task A_worker_that_lost_the_answer_asks_again_and_is_the_only_one_to_hear_it()
    {
        (IActorRef coordinator, TestProbe other, long token) = await StartGang();
        var own = new PublishAddress("t0", token, Rank: 0, Round: 0, "a");
        coordinator.Tell(own, _worker.Ref);
        coordinator.Tell(new PublishAddress("t0", token, Rank: 1, Round: 0, "b"), other.Ref);
        await _worker.ExpectMsgAsync<AddressesPublished>();
        await other.ExpectMsgAsync<AddressesPublished>();

        coordinator.Tell(own, _worker.Ref);

        await _worker.ExpectMsgAsync<AddressesPublished>();
        await other.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(50));
    }

    [Test]
    public async Task An_address_with_a_token_that_is_not_the_newest_is_not_passed_on()
    {
        (IActorRef coordinator, TestProbe other, long token) = await StartGang();
        await Tell(coordinator, _worker, new RankEnded("t0", token, 0, RankEnd.Failed(FailureKind.NodeLoss, "gone")));
        await other.ExpectMsgAsync<CancelRank>();
        await Tell(coordinator, other, new RankEnded("t0", token, 1, RankEnd.Failed(FailureKind.PeerLoss, "cancelled")));
        StartRank again = await _worker.ExpectMsgAsync<StartRank>();
        await other.ExpectMsgAsync<StartRank>();

        coordinator.Tell(new PublishAddress("t0", token, Rank: 0, Round: 0, "stale"), _worker.Ref);
        coordinator.Tell(new PublishAddress("t0", token, Rank: 1, Round: 0, "stale"), other.Ref);
        coordinator.Tell(new PublishAddress("t0", again.Token, Rank: 0, Round: 0, "a"), _worker.Ref);
        coordinator.Tell(new PublishAddress("t0", again.Token, Rank: 1, Round: 0, "b"), other.Ref);

        AddressesPublished published = await other.ExpectMsgAsync<AddressesPublished>();
        Assert.That(published.Addresses, Is.EqualTo(new[] { "a", "b" }));
    }

    private async Task<(IActorRef Coordinator, TestProbe Other, long Token)> StartGang()
    {
        IActorRef coordinator = Start();
        TestProbe other = CreateTestProbe();
        await Accept(coordinator, Trial(0, worldSize: 2));
        await Register(coordinator, _worker, "w0");
        await Register(coordinator, other, "w1");
        StartRank start = await _worker.ExpectMsgAsync<StartRank>();
        await other.ExpectMsgAsync<StartRank>();
        return (coordinator, other, start.Token);
    }

    private static PlannedTrial Trial(int index, int worldSize = 1) => Given.Trial(index, worldSize);

    private IActorRef Start() => _parent.ChildActorOf(SweepCoordinator.PropsFor("test", _metrics.Ref, new Programs()));

    private async Task Accept(IActorRef coordinator, params PlannedTrial[] trials)
    {
        coordinator.Tell(new Accept("plan", trials.ToImmutableArray()), TestActor);
        await ExpectMsgAsync<Done>();
    }

    private static Task Register(IActorRef coordinator, TestProbe worker, string name, long incarnation = 1) =>
        Tell(coordinator, worker, new RegisterWorker(name, incarnation));

    private static async Task Tell(IActorRef coordinator, TestProbe worker, ICommand command)
    {
        coordinator.Tell(command, worker.Ref);
        await worker.ExpectMsgAsync(new Done(command.Key));
    }

    private sealed class Programs : IPruningPrograms
    {
        public PruningProgram ProgramOf(string trial) => PruningProgram.Dense;
    }
}
