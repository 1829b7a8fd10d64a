using System.Collections.Immutable;
using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Hosting;
using Orchestrator.Experiments.Planning;
using Orchestrator.Models.Training;
using static Orchestrator.Actors.Metrics.MetricsProtocol;

namespace Orchestrator.Actors.Metrics;

/// <summary>Running summaries of all trials, for those who watch. For one thread.</summary>
internal sealed class ProgressBoard
{
    private const string OverallSparsity = "sparsity/overall";

    private readonly TrialProgress[] _rows;
    private readonly Dictionary<string, int> _indices;
    private readonly string _objective;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private double? _workAtStart;

    public ProgressBoard(Plan plan, TimeProvider time)
    {
        _rows =
        [
            .. plan.Trials.Select(trial => new TrialProgress(
                trial.Id, plan.Cells[trial.Cell].Name, trial.Seed, TrialState.Pending)),
        ];
        _indices = plan.Trials.Select((trial, index) => (trial.Id, index)).ToDictionary(pair => pair.Id, pair => pair.index);
        _objective = plan.Objective.Metric;
        _time = time;
        _begun = time.GetTimestamp();
    }

    /// <summary>Whether a snapshot would tell anything new since the last one.</summary>
    public bool HasNews { get; private set; }

    public void Show(TrialReport report) => Update(report.Trial, row => row with
    {
        State = report.State,
        Attempt = report.Attempt,
        Reason = report.Reason,
    });

    public void Show(StepReport report) => Update(report.Trial, row => row with
    {
        Step = report.Step,
        Steps = report.Steps,
        Epoch = report.Epoch,
        Loss = report.Loss,
    });

    public void Show(string trial, ImmutableArray<MetricPoint> points) => Update(trial, row => points.Aggregate(row, Show));

    public SweepProgress Snapshot()
    {
        HasNews = false;
        ILookup<TrialState, TrialProgress> byState = _rows.ToLookup(row => row.State);
        TimeSpan elapsed = _time.GetElapsedTime(_begun);
        return new SweepProgress
        {
            Trials = [.. _rows],
            Waiting = byState[TrialState.Waiting].Count(),
            Pending = byState[TrialState.Pending].Count(),
            Running = byState[TrialState.Running].Count(),
            Succeeded = byState[TrialState.Succeeded].Count(),
            Diverged = byState[TrialState.Diverged].Count(),
            Failed = byState[TrialState.Failed].Count(),
            Elapsed = elapsed,
            Remaining = Remaining(elapsed),
        };
    }

    private TrialProgress Show(TrialProgress row, MetricPoint point)
    {
        if (point.Name == OverallSparsity)
            return row with { Sparsity = point.Value };
        bool isShown = point.Name == _objective
            || (row.Metric != _objective && point.Name.StartsWith("validation/", StringComparison.Ordinal));
        return isShown ? row with { Metric = point.Name, MetricValue = point.Value } : row;
    }

    /// <summary>As if the work left went on at the pace of the work done, a trial counting one.</summary>
    private TimeSpan? Remaining(TimeSpan elapsed)
    {
        double done = _rows.Sum(WorkDone);
        _workAtStart ??= done;
        double doneHere = done - _workAtStart.Value;
        return doneHere > 0 ? elapsed * ((_rows.Length - done) / doneHere) : null;
    }

    private static double WorkDone(TrialProgress row) => row.State switch
    {
        TrialState.Succeeded or TrialState.Diverged or TrialState.Failed => 1,
        _ when row.Steps > 0 => Math.Min(1, (double)row.Step / row.Steps),
        _ => 0,
    };

    private void Update(string trial, Func<TrialProgress, TrialProgress> change)
    {
        if (!_indices.TryGetValue(trial, out int index))
            return;
        TrialProgress after = change(_rows[index]);
        HasNews |= after != _rows[index];
        _rows[index] = after;
    }
}
