using Akka.Actor;
using Akka.Event;
using Orchestrator.Actors.Coordination;
using static Orchestrator.Actors.Pruning.PruningProtocol;

namespace Orchestrator.Actors.Pruning;

/// <summary>
/// One per attempt: hands every rank the same program, made once, and sees to it that they apply it alike. A child of the
/// coordinator, which is told when they do not.
/// </summary>
internal sealed class PruningSchedule : ReceiveActor
{
    /// <summary>Makes programs, which reads files: apart from the dispatcher of the actors.</summary>
    public const string Dispatcher = "orchestrator.pruning-dispatcher";

    private readonly string _trial;
    private readonly long _token;
    private readonly IPruningPrograms _programs;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private object? _answer;
    private MaskAgreement _masks;
    private (IActorRef Asker, int Reports)? _confirmation;

    public PruningSchedule(string trial, long token, int worldSize, IPruningPrograms programs)
    {
        _trial = trial;
        _token = token;
        _programs = programs;
        _masks = new MaskAgreement(worldSize);

        Receive<GetProgram>(ask => ask.Token == _token, ask => Sender.Tell(_answer ??= Answer()));
        Receive<MasksApplied>(report => report.Token == _token, Compare);
        Receive<ConfirmMasks>(ask => ask.Token == _token, Confirm);
        Receive<GetProgram>(ask => Sender.Tell(new ProgramFailed(ask.Trial, ask.Token, Stale(ask.Token))));
        Receive<MasksApplied>(report => Log(report.Trial, report.Token, report.Rank));
        Receive<ConfirmMasks>(ask => Log(ask.Trial, ask.Token, rank: 0));
    }

    /// <summary>By type and arguments: of an expression, as elsewhere, each argument would be compiled, once per attempt.</summary>
    public static Props PropsFor(string trial, long token, int worldSize, IPruningPrograms programs) =>
        Props.Create(typeof(PruningSchedule), trial, token, worldSize, programs).WithDispatcher(Dispatcher);

    private object Answer()
    {
        try
        {
            return new ProgramReady(_trial, _token, _programs.ProgramOf(_trial));
        }
        catch (Exception exception)
        {
            return new ProgramFailed(_trial, _token, Fault.From(exception));
        }
    }

    private void Compare(MasksApplied report)
    {
        (_masks, string? disagreement) = _masks.Add(report.Rank, report.Number, report.Step, report.Hash);
        if (disagreement is not null)
        {
            var failure = new Fault(FailureKind.MaskMismatch, disagreement);
            Context.Parent.Tell(new SweepProtocol.AttemptFaulted(_trial, _token, failure));
        }

        AnswerConfirmation();
    }

    private void Confirm(ConfirmMasks ask)
    {
        _confirmation = (Sender, ask.Reports);
        AnswerConfirmation();
    }

    private void AnswerConfirmation()
    {
        if (_confirmation is { } waiting && _masks.Agreed >= waiting.Reports)
            waiting.Asker.Tell(new MasksAgreed(_trial, _token));
    }

    private Fault Stale(long token) => new(FailureKind.Bug, $"Token {token} is not that of this schedule, {_token}.");

    private void Log(string trial, long token, int rank) =>
        _log.Warning("Trial {0}, token {1}, rank {2}: ignored by the schedule of token {3}", trial, token, rank, _token);
}
