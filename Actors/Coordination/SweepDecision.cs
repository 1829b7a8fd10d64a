using System.Collections.Immutable;
using System.Diagnostics;
using Orchestrator.Actors.Placement;
using Orchestrator.Experiments.Runs;
using static Orchestrator.Actors.Coordination.SweepProtocol;

namespace Orchestrator.Actors.Coordination;

/// <summary>One decision in the making: the events so far, and the state that they lead to. Used once.</summary>
internal sealed class SweepDecision(SweepState state)
{
    private readonly ImmutableArray<IEvent>.Builder _events = ImmutableArray.CreateBuilder<IEvent>();
    private SweepState _state = state;

    public SweepState.Decision On(ICommand command)
    {
        IReply reply = Answer(command);
        Grant();
        if (_state is { HasNothingLeft: true, IsOver: false })
            Add(new SweepOver());
        return new SweepState.Decision(_events.ToImmutable(), reply);
    }

    private IReply Answer(ICommand command) => command switch
    {
        Accept accept => On(accept),
        RegisterWorker register => On(register),
        WorkerLost lost => On(lost),
        RankEnded ended => On(ended),
        AttemptFaulted faulted => On(faulted),
        Stop stop => On(stop),
        Recovered recovered => On(recovered),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Not a command of this protocol."),
    };

    private IReply On(Accept accept)
    {
        if (_state.PlanHash == accept.PlanHash)
            return new AlreadyDone(accept.Key);
        if (_state.PlanHash is not null)
            return Refuse(accept, $"This sweep's plan is `{_state.PlanHash}`, not `{accept.PlanHash}`.");
        if (FaultOf(accept.Trials) is { } fault)
            return Refuse(accept, fault);
        Add(new PlanAccepted(accept.PlanHash, accept.Trials));
        return new Done(accept.Key);
    }

    private IReply On(RegisterWorker register)
    {
        if (_state.IsOver)
            return Refuse(register, "The sweep is over.");
        if (_state.Workers.TryGetValue(register.Worker, out SweepState.Worker? known))
        {
            if (known.Incarnation == register.Incarnation)
                return new AlreadyDone(register.Key);
            if (known.Incarnation > register.Incarnation)
                return Refuse(register, "A later worker of that name is there.");
            Lose(register.Worker, known);
        }

        Add(new WorkerRegistered(register.Worker, register.Incarnation));
        return new Done(register.Key);
    }

    private IReply On(WorkerLost lost)
    {
        if (!_state.Workers.TryGetValue(lost.Worker, out SweepState.Worker? known) || known.Incarnation != lost.Incarnation)
            return new AlreadyDone(lost.Key);
        Lose(lost.Worker, known);
        return new Done(lost.Key);
    }

    private IReply On(RankEnded ended)
    {
        if (Find(ended, ended.Trial, ended.Token, out int trial, out Attempt? attempt) is { } reply)
            return reply;
        if (ended.Rank < 0 || ended.Rank >= attempt!.WorldSize)
            return Refuse(ended, $"Trial `{ended.Trial}` has no rank {ended.Rank}.");
        if (attempt.Ends.ContainsKey(ended.Rank))
            return new AlreadyDone(ended.Key);
        if (ended.End.Failure is { Kind: FailureKind.Storage } failure && !_state.IsStopping)
            Add(new StopRequested(failure.Reason));
        Report(trial, ended.Rank, ended.End);
        return new Done(ended.Key);
    }

    private IReply On(AttemptFaulted faulted)
    {
        if (Find(faulted, faulted.Trial, faulted.Token, out int trial, out Attempt? attempt) is { } reply)
            return reply;
        if (attempt!.Fault is not null)
            return new AlreadyDone(faulted.Key);
        Add(new AttemptAborted(trial, faulted.Failure));
        return new Done(faulted.Key);
    }

    private IReply On(Stop stop)
    {
        if (_state.IsStopping || _state.IsOver)
            return new AlreadyDone(stop.Key);
        Add(new StopRequested(stop.Reason));
        return new Done(stop.Key);
    }

    /// <summary>Whoever ran the open attempts is gone with the process that granted them.</summary>
    private Done On(Recovered recovered)
    {
        foreach ((int trial, Attempt attempt) in _state.Running)
        {
            var failure = new Fault(FailureKind.NodeLoss, "The coordinator was restarted.");
            Add(new AttemptEnded(trial, attempt.Token, failure, Charged: false));
        }

        return new Done(recovered.Key);
    }

    /// <summary>The attempt that a command is about, or the answer if it is not the one under way.</summary>
    private IReply? Find(ICommand command, string id, long token, out int trial, out Attempt? attempt)
    {
        attempt = null;
        if (!_state.Indices.TryGetValue(id, out trial))
            return Refuse(command, $"There is no trial `{id}`.");
        if (_state.Running.TryGetValue(trial, out attempt) && attempt.Token == token)
            return null;
        return _state.Ended.TryGetValue(trial, out TrialEnded? ended) && ended.Token == token
            ? new AlreadyDone(command.Key)
            : Refuse(command, $"Token {token} of trial `{id}` is stale.");
    }

    private void Lose(string name, SweepState.Worker worker)
    {
        Add(new WorkerRemoved(name));
        if (worker.Rank is { } rank)
            Report(rank.Trial, rank.Rank, RankEnd.Failed(FailureKind.NodeLoss, $"Worker `{name}` was lost."));
    }

    private void Report(int trial, int rank, RankEnd end)
    {
        Add(new RankReported(trial, rank, end));
        Attempt attempt = _state.Running[trial];
        if (attempt.IsOver)
            Conclude(trial, attempt);
    }

    private void Conclude(int trial, Attempt attempt)
    {
        RankEnd conclusion = attempt.Conclusion();
        switch (conclusion.Kind)
        {
            case RankEndKind.Completed:
                End(trial, attempt.Token, TrialEnd.Succeeded, failure: null);
                break;
            case RankEndKind.Diverged:
                End(trial, attempt.Token, TrialEnd.Diverged, failure: null);
                break;
            case RankEndKind.Stopped:
                Add(new AttemptEnded(trial, attempt.Token, Failure: null, Charged: false));
                break;
            case RankEndKind.Failed:
                Fail(trial, attempt.Token, conclusion.Failure!);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private void Fail(int trial, long token, Fault failure)
    {
        switch (RetryPolicy.After(failure.Kind, _state.Charged.GetValueOrDefault(trial)))
        {
            case RetryPolicy.Verdict.Retry:
                Add(new AttemptEnded(trial, token, failure, Charged: false));
                break;
            case RetryPolicy.Verdict.RetryCharged:
                Add(new AttemptEnded(trial, token, failure, Charged: true));
                break;
            case RetryPolicy.Verdict.Fail:
                End(trial, token, TrialEnd.Failed, failure);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Ends a trial and, without success, all that can now never start.</summary>
    private void End(int trial, long token, TrialEnd end, Fault? failure)
    {
        Add(new TrialEnded(trial, token, end, failure));
        if (end == TrialEnd.Succeeded)
            return;
        var lost = new Queue<int>([trial]);
        while (lost.TryDequeue(out int source))
        {
            string verb = _state.StateOf(source) == TrialState.Diverged ? "diverged" : "failed";
            var reason = new Fault(
                FailureKind.Dependency, $"Needs the result of trial `{_state.Trials[source].Id}`, which {verb}.");
            foreach (int dependent in _state.Dependents[source].Where(_state.Blocked.ContainsKey).ToArray())
            {
                Add(new TrialEnded(dependent, Token: 0, TrialEnd.Failed, reason));
                lost.Enqueue(dependent);
            }
        }
    }

    private void Grant()
    {
        while (!_state.IsStopping && GangPlacement.Next(_state.Ready, _state.Free.Count, _state.Overtakes) is { } next)
        {
            ImmutableArray<string> workers = GangPlacement.WorkersFor(next.WorldSize, _state.Free);
            Add(new AttemptGranted(next.Trial, _state.NewestToken + 1, workers));
        }
    }

    private void Add(IEvent @event)
    {
        _state = _state.Apply(@event);
        _events.Add(@event);
    }

    private static Refused Refuse(ICommand command, string reason) => new(command.Key, reason);

    /// <summary>What is wrong with a plan, or null.</summary>
    private static string? FaultOf(ImmutableArray<PlannedTrial> trials)
    {
        if (trials.IsDefaultOrEmpty)
            return "The plan has no trials.";
        var earlier = new HashSet<string>(StringComparer.Ordinal);
        foreach (PlannedTrial trial in trials)
        {
            if (trial.WorldSize < 1)
                return $"Trial `{trial.Id}` has a world size of {trial.WorldSize}.";
            if (trial.DependsOn.FirstOrDefault(source => !earlier.Contains(source)) is { } missing)
                return $"Trial `{trial.Id}` depends on `{missing}`, which is not before it in the plan.";
            if (trial.DependsOn.Distinct(StringComparer.Ordinal).Count() != trial.DependsOn.Length)
                return $"Trial `{trial.Id}` names a trial that it depends on twice.";
            if (!earlier.Add(trial.Id))
                return $"Trial `{trial.Id}` is in the plan twice.";
        }

        return null;
    }
}
