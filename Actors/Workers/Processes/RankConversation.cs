using System.Collections.Immutable;
using Orchestrator.Actors.Serialization;
using Orchestrator.Models.Training;
using Proto = Orchestrator.Actors.Serialization.Proto;
using Said = Orchestrator.Actors.Serialization.Proto.FromRank.SaidOneofCase;

namespace Orchestrator.Actors.Workers.Processes;

/// <summary>
/// The worker's side of one rank in a process of its own: starts it, passes on what it says and what it is told, and returns
/// when it is gone, however it went. A process that is to end at once and does not is killed.
/// </summary>
internal sealed class RankConversation : IDisposable
{
    private readonly ChildProcessOptions _options;
    private readonly ITrainingObserver _observer;
    private readonly RankSignals _signals;
    private readonly IRankLink _link;
    private readonly long _killsBefore = RankDeath.KillsForMemory();
    private readonly IRankProcess _process;
    private readonly RankPipe _toRank;
    private readonly RankWords _words;
    private Proto.FromRank? _last;
    private bool _isKilled;

    public RankConversation(ChildProcessOptions options, ITrainingObserver observer, RankSignals signals, IRankLink link)
    {
        _options = options;
        _observer = observer;
        _signals = signals;
        _link = link;
        _process = options.Start();
        _toRank = new RankPipe(_process.Input);
        _words = new RankWords(_process.Error, link);
    }

    /// <returns>What the rank came to.</returns>
    /// <exception cref="RankFailedException">It failed or died.</exception>
    /// <exception cref="OperationCanceledException">It was to end at once, and did.</exception>
    public TrialOutcome Hold(RankProcessAssignment assignment)
    {
        _toRank.Send(assignment.Write());
        using (ITimer killer = _options.Time.CreateTimer(_ => Kill(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan))
        using (_signals.Stop.UnsafeRegister(_ => _toRank.Send(new Proto.ToRank { Stop = new Proto.StopRank() }), null))
        using (_signals.Abort.UnsafeRegister(_ => Abort(killer), null))
        {
            _last = Listen();
        }

        return _last is null ? throw Death() : RankOutcomes.Read(_last);
    }

    /// <summary>Nothing of the process is left afterwards. Only one that has said its last words is waited for.</summary>
    public void Dispose()
    {
        if (_last is null || _process.AwaitExit(_options.Grace) is null)
            _process.Kill();
        _process.AwaitExit(Timeout.InfiniteTimeSpan);
        _words.AwaitEnd();
        _process.Dispose();
    }

    private void Abort(ITimer killer)
    {
        killer.Change(_options.Grace, Timeout.InfiniteTimeSpan);
        _toRank.Send(new Proto.ToRank { Abort = new Proto.AbortRank() });
    }

    /// <returns>The rank's last words; null if it died before them.</returns>
    private Proto.FromRank? Listen()
    {
        while (RankFrames.TryRead(_process.Output, Proto.FromRank.Parser, out Proto.FromRank? message))
        {
            if (RankOutcomes.IsLast(message))
                return message;
            Pass(message);
        }

        return null;
    }

    private void Pass(Proto.FromRank message)
    {
        switch (message.SaidCase)
        {
            case Said.Metrics:
                _observer.OnMetrics([.. message.Metrics.Points.Select(MetricsWire.Read)]);
                break;
            case Said.Masks:
                _observer.OnMasks(message.Masks.Step, message.Masks.Hash);
                break;
            case Said.Step:
                _observer.OnStep(message.Step.Step, message.Step.Steps, message.Step.Epoch, message.Step.Loss);
                break;
            case Said.Address:
                _ = PublishAsync(message.Address);
                break;
            default:
                throw new InvalidDataException($"`{message.SaidCase}` is not what a rank says.");
        }
    }

    /// <summary>The answer comes when all ranks are there, or never; meanwhile the rank may say other things, or die.</summary>
    private async Task PublishAsync(Proto.RankAddress own)
    {
        try
        {
            ImmutableArray<string> all = await _link.ExchangeAsync(own.Round, own.Address);
            _toRank.Send(new Proto.ToRank { Addresses = new Proto.RankAddresses { Round = own.Round, Addresses = { all } } });
        }
        catch (OperationCanceledException)
        {
            // The attempt has ended, and the rank hears of that.
        }
    }

    /// <summary>How the process died. One that was killed by another hand while it was to end anyway has died of that hand.</summary>
    private Exception Death()
    {
        if (_process.AwaitExit(_options.Grace) is not { } code)
            return new InvalidDataException($"The process of the rank closed its output, but did not end within {_options.Grace}.");
        if (Volatile.Read(ref _isKilled))
            return new OperationCanceledException($"The rank did not end within {_options.Grace} and was killed.", _signals.Abort);
        _words.AwaitEnd();
        bool killedForMemory = RankDeath.KillsForMemory() > _killsBefore;
        return new RankFailedException(RankDeath.FaultOf(code, killedForMemory, _words.Last));
    }

    private void Kill()
    {
        Volatile.Write(ref _isKilled, true);
        _process.Kill();
    }
}
