using Akka.Actor;
using Orchestrator.Actors.Coordination;
using Orchestrator.Experiments.Runs;
using static Orchestrator.Actors.Metrics.MetricsProtocol;

namespace Orchestrator.Actors.Metrics;

/// <summary>
/// The one writer of metrics and results. What has come while a transaction was being written goes into the next one, so
/// that the cost of a commit is shared by all that wait for it; answers follow the commit.
/// </summary>
internal sealed class MetricsAggregator : ReceiveActor, IWithTimers
{
    public const string Dispatcher = "orchestrator.metrics-dispatcher";

    private readonly MetricsOptions _options;
    private readonly BatchLedger _ledger = new();
    private readonly ProgressBoard _board;
    private readonly List<StoredMetric> _metrics = [];
    private readonly List<StoredResult> _results = [];
    private readonly List<(IActorRef To, object Answer)> _answers = [];
    private bool _isCommitDue;

    public MetricsAggregator(MetricsOptions options)
    {
        _options = options;
        _board = new ProgressBoard(options.Plan, options.Time);
        Writing();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(MetricsOptions options) =>
        Props.Create(() => new MetricsAggregator(options)).WithDispatcher(Dispatcher);

    protected override void PreStart() =>
        Timers.StartPeriodicTimer("publish", Publish.Instance, _options.PublishInterval);

    /// <summary>Left when the store fails.</summary>
    private void Writing()
    {
        Receive<MetricsBatch>(Take);
        Receive<RecordResult>(Take);
        Receive<TrialReport>(Take);
        Receive<StepReport>(_board.Show);
        Receive<Drain>(_ => AnswerAfterCommit(new Drained()));
        Receive<Commit>(_ => WriteAll());
        Receive<Publish>(_ => PublishNews());
    }

    /// <summary>Nothing is written and nothing acknowledged any more: whoever waits learns of the end from elsewhere.</summary>
    private void Failed()
    {
        Receive<MetricsBatch>(_ => { });
        Receive<RecordResult>(_ => { });
        Receive<TrialReport>(_board.Show);
        Receive<StepReport>(_board.Show);
        Receive<Drain>(_ => { });
        Receive<Commit>(_ => { });
        Receive<Publish>(_ => PublishNews());
    }

    private void Take(MetricsBatch batch)
    {
        switch (_ledger.Admit(batch.Trial, batch.Token, batch.Rank, batch.Sequence))
        {
            case BatchLedger.Verdict.Stale:
                Sender.Tell(Stale(batch.Trial, batch.Token));
                return;
            case BatchLedger.Verdict.New:
                _metrics.AddRange(batch.Points.Select(
                    point => new StoredMetric(batch.Trial, point.Name, point.Step, point.Epoch, point.Value)));
                _board.Show(batch.Trial, batch.Points);
                break;
            case BatchLedger.Verdict.Duplicate:
            default:
                break;
        }

        // A duplicate may be one of a batch that is not on disk yet: its answer waits as well.
        AnswerAfterCommit(new BatchCommitted(batch.Trial, batch.Token, batch.Rank, batch.Sequence));
    }

    private void Take(RecordResult record)
    {
        StoredResult result = record.Result;
        _ledger.Fence(result.TrialId, result.Token);
        if (result.Token < _ledger.NewestToken(result.TrialId))
        {
            Sender.Tell(Stale(result.TrialId, result.Token));
            return;
        }

        _results.Add(result);
        AnswerAfterCommit(new ResultCommitted(result.TrialId, result.Token));
    }

    private void Take(TrialReport report)
    {
        _ledger.Fence(report.Trial, report.Token);
        _board.Show(report);
        if (report.State != TrialState.Failed)
            return;
        _results.Add(new StoredResult
        {
            TrialId = report.Trial,
            End = TrialEnd.Failed,
            Reason = report.Reason,
            Attempts = report.Attempt,
            Token = report.Token,
            EnvironmentId = _options.EnvironmentId,
        });
        DemandCommit();
    }

    private StaleAttempt Stale(string trial, long token) => new(trial, token, _ledger.NewestToken(trial));

    private void AnswerAfterCommit(object answer)
    {
        _answers.Add((Sender, answer));
        DemandCommit();
    }

    /// <summary>The demand queues up behind what is in the mailbox already: all of that joins the transaction.</summary>
    private void DemandCommit()
    {
        if (_isCommitDue)
            return;
        _isCommitDue = true;
        Self.Tell(Commit.Instance);
    }

    private void WriteAll()
    {
        try
        {
            if (_metrics.Count + _results.Count > 0)
                _options.Store.Append(_metrics, _results);
        }
        catch (RunStoreException exception)
        {
            Context.Parent.Tell(new StorageFailed(exception));
            Become(Failed);
            return;
        }

        _isCommitDue = false;
        _metrics.Clear();
        _results.Clear();
        if (_answers.Exists(answer => answer.Answer is Drained))
            PublishNews();
        foreach ((IActorRef to, object answer) in _answers)
            to.Tell(answer);
        _answers.Clear();
    }

    private void PublishNews()
    {
        if (_board.HasNews)
            _options.Progress.Report(_board.Snapshot());
    }
}
