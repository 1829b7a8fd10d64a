using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Pruning;
using Orchestrator.Models.Data;
using Orchestrator.Models.Pruning;
using static Orchestrator.Actors.Pruning.PruningProtocol;

namespace Orchestrator.Actors.Tests.Pruning;

internal sealed class PruningScheduleTests : ActorTest
{
    private const string Trial = "t0";
    private const long Token = 5;

    [Test]
    public async Task Every_rank_gets_the_same_program_which_is_made_once()
    {
        var programs = new Programs(_ => PruningProgram.Dense);
        Start(programs, worldSize: 2, out IActorRef schedule, out _);

        schedule.Tell(new GetProgram(Trial, Token, 0), TestActor);
        schedule.Tell(new GetProgram(Trial, Token, 1), TestActor);

        await ExpectMsgAsync(new ProgramReady(Trial, Token, PruningProgram.Dense));
        await ExpectMsgAsync(new ProgramReady(Trial, Token, PruningProgram.Dense));
        Assert.That(programs.Made, Is.EqualTo(1));
    }

    [Test]
    public async Task A_program_that_cannot_be_made_is_answered_with_the_kind_of_its_failure()
    {
        var programs = new Programs(_ => throw new DataException("file", "is not there"));
        Start(programs, worldSize: 1, out IActorRef schedule, out _);

        schedule.Tell(new GetProgram(Trial, Token, 0), TestActor);

        ProgramFailed failed = await ExpectMsgAsync<ProgramFailed>();
        Assert.That(failed.Failure.Kind, Is.EqualTo(FailureKind.BadData));
    }

    [Test]
    public async Task Ranks_that_disagree_fault_the_attempt_by_name()
    {
        Start(new Programs(_ => PruningProgram.Dense), worldSize: 2, out IActorRef schedule, out TestProbe parent);

        schedule.Tell(new MasksApplied(Trial, Token, 0, 0, 100, "aa"), TestActor);
        schedule.Tell(new MasksApplied(Trial, Token, 1, 0, 100, "bb"), TestActor);

        var faulted = await parent.ExpectMsgAsync<SweepProtocol.AttemptFaulted>();
        Assert.That(faulted.Failure.Kind, Is.EqualTo(FailureKind.MaskMismatch));
        Assert.That(faulted.Failure.Reason, Does.Contain("rank 0").And.Contain("rank 1").And.Contain("100"));
    }

    [Test]
    public async Task Masks_are_confirmed_when_all_ranks_have_reported_as_many()
    {
        Start(new Programs(_ => PruningProgram.Dense), worldSize: 2, out IActorRef schedule, out _);
        schedule.Tell(new MasksApplied(Trial, Token, 0, 0, 100, "aa"), TestActor);

        schedule.Tell(new ConfirmMasks(Trial, Token, Reports: 1), TestActor);
        schedule.Tell(new GetProgram(Trial, Token, 0), TestActor);
        await ExpectMsgAsync<ProgramReady>();
        schedule.Tell(new MasksApplied(Trial, Token, 1, 0, 100, "aa"), TestActor);

        await ExpectMsgAsync(new MasksAgreed(Trial, Token));
    }

    [Test]
    public async Task A_stale_rank_gets_no_program()
    {
        Start(new Programs(_ => PruningProgram.Dense), worldSize: 1, out IActorRef schedule, out _);

        schedule.Tell(new GetProgram(Trial, Token - 1, 0), TestActor);

        await ExpectMsgAsync<ProgramFailed>();
    }

    private void Start(Programs programs, int worldSize, out IActorRef schedule, out TestProbe parent)
    {
        parent = CreateTestProbe();
        schedule = parent.ChildActorOf(PruningSchedule.PropsFor(Trial, Token, worldSize, programs), "schedule");
    }

    private sealed class Programs(Func<string, PruningProgram> make) : IPruningPrograms
    {
        public int Made { get; private set; }

        public PruningProgram ProgramOf(string trial)
        {
            Made++;
            return make(trial);
        }
    }
}
