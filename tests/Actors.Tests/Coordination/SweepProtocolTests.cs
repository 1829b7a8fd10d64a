using Orchestrator.Actors.Coordination;
using Orchestrator.Experiments.Runs;
using static Orchestrator.Actors.Coordination.SweepProtocol;
using static Orchestrator.Actors.Tests.Coordination.Given;

namespace Orchestrator.Actors.Tests.Coordination;

/// <summary>Every state meets every command.</summary>
internal sealed class SweepProtocolTests
{
    private static readonly Dictionary<string, SweepState> States = new()
    {
        ["nothing yet"] = SweepState.Empty,
        ["a worker, no plan"] = State(Worker(0)),
        ["a plan, no worker"] = State(Plan(2)),
        ["running"] = State(Plan(2), Worker(0), Granted(0, 1, "w0")),
        ["stopping"] = State(Plan(2), Worker(0), Granted(0, 1, "w0"), new StopRequested("user")),
        ["stopped"] = State(Plan(2), Worker(0), new StopRequested("user"), new SweepOver()),
        ["over"] = State(
            Plan(1),
            Worker(0),
            Granted(0, 1, "w0"),
            new RankReported(0, 0, RankEnd.Completed),
            new TrialEnded(0, 1, TrialEnd.Succeeded, null),
            new SweepOver()),
    };

    private static readonly ICommand[] Commands =
    [
        new Accept("plan", Plan(2).Trials),
        new Accept("other", Plan(2).Trials),
        new RegisterWorker("w0", 1),
        new RegisterWorker("w1", 1),
        new WorkerLost("w0", 1),
        new WorkerLost("w9", 1),
        new RankEnded("t0", 1, 0, RankEnd.Completed),
        new RankEnded("t0", 1, 0, RankEnd.Failed(FailureKind.Bug, "why")),
        new RankEnded("t0", 1, 5, RankEnd.Completed),
        new RankEnded("t0", 0, 0, RankEnd.Completed),
        new RankEnded("nobody", 1, 0, RankEnd.Completed),
        new AttemptFaulted("t0", 1, new Fault(FailureKind.MaskMismatch, "masks")),
        new AttemptFaulted("t0", 9, new Fault(FailureKind.MaskMismatch, "masks")),
        new Stop("user"),
        new Recovered(),
    ];

    private static IEnumerable<string> StateNames => States.Keys;

    private static IEnumerable<int> CommandIndices => Enumerable.Range(0, Commands.Length);

    [Test]
    public void Every_kind_of_command_is_tried()
    {
        IEnumerable<Type> kinds = typeof(SweepProtocol).GetNestedTypes(System.Reflection.BindingFlags.NonPublic)
            .Where(type => type.IsAssignableTo(typeof(ICommand)) && !type.IsInterface);

        Assert.That(Commands.Select(command => command.GetType()).Distinct(), Is.EquivalentTo(kinds));
    }

    [Test]
    public void Every_command_is_answered_with_its_key(
        [ValueSource(nameof(StateNames))] string state, [ValueSource(nameof(CommandIndices))] int command)
    {
        IReply reply = States[state].Reply(Commands[command]);

        Assert.That(reply.Key, Is.EqualTo(Commands[command].Key));
    }

    [Test]
    public void A_refused_command_changes_nothing(
        [ValueSource(nameof(StateNames))] string state, [ValueSource(nameof(CommandIndices))] int command)
    {
        SweepState.Decision decision = States[state].Decide(Commands[command]);
        Assume.That(decision.Reply, Is.Not.TypeOf<Done>());

        // What is due anyway (a grant to a worker that waited for the plan) is no consequence of the command.
        SweepState.Decision due = States[state].Decide(new WorkerLost("nobody", 0));

        Assert.That(decision.Events.Length, Is.EqualTo(due.Events.Length));
    }

    [Test]
    public void A_command_that_is_sent_twice_is_done_once(
        [ValueSource(nameof(StateNames))] string state, [ValueSource(nameof(CommandIndices))] int command)
    {
        SweepState after = States[state].After(Commands[command]);

        SweepState.Decision again = after.Decide(Commands[command]);

        Assert.That(again.Events, Is.Empty);
        Assert.That(again.Reply, Is.Not.TypeOf<Done>().Or.Matches<IReply>(_ => Commands[command] is Recovered));
    }
}
