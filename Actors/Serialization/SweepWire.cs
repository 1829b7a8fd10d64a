using System.Collections.Immutable;
using Google.Protobuf.Collections;
using Orchestrator.Actors.Coordination;
using Orchestrator.Experiments.Runs;
using static Orchestrator.Actors.Coordination.SweepProtocol;

namespace Orchestrator.Actors.Serialization;

/// <summary>The forms of <see cref="SweepProtocol"/>.</summary>
internal static class SweepWire
{
    public static IEnumerable<WireForm> Forms =>
    [
        WireForm.Of<Accept, Proto.Accept>(
            "sweep.accept.1",
            Proto.Accept.Parser,
            accept => new Proto.Accept { PlanHash = accept.PlanHash, Trials = { accept.Trials.Select(Write) } },
            proto => new Accept(proto.PlanHash, Read(proto.Trials))),
        WireForm.Of<RegisterWorker, Proto.RegisterWorker>(
            "sweep.register-worker.1",
            Proto.RegisterWorker.Parser,
            register => new Proto.RegisterWorker { Worker = register.Worker, Incarnation = register.Incarnation },
            proto => new RegisterWorker(proto.Worker, proto.Incarnation)),
        WireForm.Of<RankEnded, Proto.RankEnded>(
            "sweep.rank-ended.1",
            Proto.RankEnded.Parser,
            ended => new Proto.RankEnded
            {
                Trial = ended.Trial,
                Token = ended.Token,
                Rank = ended.Rank,
                End = new Proto.RankEnd { Kind = (int)ended.End.Kind, Failure = Write(ended.End.Failure) },
            },
            proto => new RankEnded(proto.Trial, proto.Token, proto.Rank, Read(proto.End))),
        WireForm.Of<AttemptFaulted, Proto.AttemptFaulted>(
            "sweep.attempt-faulted.1",
            Proto.AttemptFaulted.Parser,
            faulted => new Proto.AttemptFaulted
            {
                Trial = faulted.Trial,
                Token = faulted.Token,
                Failure = Write(faulted.Failure),
            },
            proto => new AttemptFaulted(proto.Trial, proto.Token, WireValues.Required(Read(proto.Failure)))),
        WireForm.Of<Stop, Proto.Stop>(
            "sweep.stop.1",
            Proto.Stop.Parser,
            stop => new Proto.Stop { Reason = stop.Reason },
            proto => new Stop(proto.Reason)),
        WireForm.Of<Done, Proto.Done>(
            "sweep.done.1",
            Proto.Done.Parser,
            done => new Proto.Done { Key = done.Key },
            proto => new Done(proto.Key)),
        WireForm.Of<AlreadyDone, Proto.AlreadyDone>(
            "sweep.already-done.1",
            Proto.AlreadyDone.Parser,
            done => new Proto.AlreadyDone { Key = done.Key },
            proto => new AlreadyDone(proto.Key)),
        WireForm.Of<Refused, Proto.Refused>(
            "sweep.refused.1",
            Proto.Refused.Parser,
            refused => new Proto.Refused { Key = refused.Key, Reason = refused.Reason },
            proto => new Refused(proto.Key, proto.Reason)),
        WireForm.Of<PlanAccepted, Proto.PlanAccepted>(
            "sweep.plan-accepted.1",
            Proto.PlanAccepted.Parser,
            accepted => new Proto.PlanAccepted { PlanHash = accepted.PlanHash, Trials = { accepted.Trials.Select(Write) } },
            proto => new PlanAccepted(proto.PlanHash, Read(proto.Trials))),
        WireForm.Of<AttemptGranted, Proto.AttemptGranted>(
            "sweep.attempt-granted.1",
            Proto.AttemptGranted.Parser,
            granted => new Proto.AttemptGranted
            {
                Trial = granted.Trial,
                Token = granted.Token,
                Workers = { granted.Workers },
            },
            proto => new AttemptGranted(proto.Trial, proto.Token, [.. proto.Workers])),
        WireForm.Of<AttemptEnded, Proto.AttemptEnded>(
            "sweep.attempt-ended.1",
            Proto.AttemptEnded.Parser,
            ended => new Proto.AttemptEnded
            {
                Trial = ended.Trial,
                Token = ended.Token,
                Failure = Write(ended.Failure),
                Charged = ended.Charged,
            },
            proto => new AttemptEnded(proto.Trial, proto.Token, Read(proto.Failure), proto.Charged)),
        WireForm.Of<TrialEnded, Proto.TrialEnded>(
            "sweep.trial-ended.1",
            Proto.TrialEnded.Parser,
            ended => new Proto.TrialEnded
            {
                Trial = ended.Trial,
                Token = ended.Token,
                End = (int)ended.End,
                Failure = Write(ended.Failure),
            },
            proto => new TrialEnded(
                proto.Trial, proto.Token, WireValues.Defined<TrialEnd>(proto.End), Read(proto.Failure))),
        WireForm.Of<SweepEnded, Proto.SweepEnded>(
            "sweep.ended.1",
            Proto.SweepEnded.Parser,
            ended => new Proto.SweepEnded
            {
                Succeeded = ended.Succeeded,
                Diverged = ended.Diverged,
                Failed = ended.Failed,
                Pending = ended.Pending,
                Stopped = ended.Stopped,
            },
            proto => new SweepEnded(proto.Succeeded, proto.Diverged, proto.Failed, proto.Pending, proto.Stopped)),
    ];

    public static Proto.Failure? Write(Fault? failure) =>
        failure is null ? null : new Proto.Failure { Kind = (int)failure.Kind, Reason = failure.Reason };

    public static Fault? Read(Proto.Failure? proto) =>
        proto is null ? null : new Fault(WireValues.Defined<FailureKind>(proto.Kind), proto.Reason);

    private static RankEnd Read(Proto.RankEnd? proto)
    {
        RankEndKind kind = WireValues.Defined<RankEndKind>(WireValues.Required(proto).Kind);
        Fault? failure = Read(proto!.Failure);
        return (kind == RankEndKind.Failed) == (failure is not null)
            ? new RankEnd(kind, failure)
            : throw new FormatException($"The end `{kind}` does not go with this failure.");
    }

    private static Proto.PlannedTrial Write(PlannedTrial trial) =>
        new() { Id = trial.Id, WorldSize = trial.WorldSize, DependsOn = { trial.DependsOn } };

    private static ImmutableArray<PlannedTrial> Read(RepeatedField<Proto.PlannedTrial> trials) =>
        [.. trials.Select(trial => new PlannedTrial(trial.Id, trial.WorldSize, [.. trial.DependsOn]))];
}
