using System.Collections.Immutable;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
using Trained = Orchestrator.Models.Training.TrialResult;

namespace Orchestrator.Experiments.Reports;

/// <summary>
/// Fills a report from a run store, and from nothing else: it can be rebuilt years later, on another machine. A
/// reproducible report leaves out all that a clock or the history of processes decides, so that a run which was killed
/// and resumed gives the bytes of one that was left alone.
/// </summary>
public static class RunReport
{
    /// <param name="reportDirectory">Where it will be written, for the links to trials; absent: the run's own folder.</param>
    /// <exception cref="RunStoreException">The store cannot be read.</exception>
    public static ReportInput Assemble(RunStore store, bool reproducible, TimeProvider time, string? reportDirectory = null)
    {
        Plan plan = store.Plan;
        IReadOnlyDictionary<string, StoredResult> results = store.Results();
        ImmutableArray<RunEnvironment> environments = EnvironmentsOf(store, results);
        MetricDescription objective = MetricWords.Describe(MetricWords.Reported(plan.Objective.Metric), plan.Objective.Direction);
        string reports = Path.GetFullPath(reportDirectory ?? store.ReportDirectory);
        bool linksTrials = !reproducible || reports == Path.GetFullPath(store.ReportDirectory);
        var trials = new TrialReports(store, results, reproducible, linksTrials ? reports : null);
        return new ReportInput
        {
            SweepName = plan.Name,
            Question = plan.Question,
            PlanHash = plan.Hash,
            Objective = objective,
            OtherMetrics = OtherMetrics(plan.Objective, objective, results.Values),
            ValidationMetric = MetricWords.Describe(plan.Objective.Metric, plan.Objective.Direction),
            EquivalenceMargin = plan.Report.EquivalenceMargin,
            Confidence = plan.Report.Confidence,
            CreatedAt = reproducible ? null : time.GetUtcNow(),
            Software = Facts(environments, environment => environment.Software),
            Machine = Facts(environments, environment => environment.Machine),
            DataSets = [.. store.DataSets.Select(data => Describe(data, plan))],
            Cells = Cells(plan, trials),
            Remarks = [.. Remarks(plan, results, environments.Length)],
        };
    }

    private static ImmutableArray<CellResult> Cells(Plan plan, TrialReports trials)
    {
        ImmutableArray<ImmutableArray<NamedValue>> configurations = FlatConfiguration.OfCells(plan);
        return
        [
            .. plan.Cells.Select(cell => new CellResult
            {
                Name = cell.Name,
                Variant = cell.Variant,
                GridPoint = string.Join(", ", cell.GridPoint.Select(point => $"{point.Key} = {point.Value}")),
                Control = NameOf(plan, cell.Control),
                MatchesNonzerosOf = NameOf(plan, cell.MatchedWith),
                Configuration = configurations[cell.Index],
                Parameters = cell.Parameters,
                NonzerosPlanned = cell.PlannedNonzeros,
                Trials = [.. plan.Trials.Where(trial => trial.Cell == cell.Index).OrderBy(trial => trial.Seed).Select(trials.Of)],
            }),
        ];
    }

    private static string? NameOf(Plan plan, int? cell) => cell is { } index ? plan.Cells[index].Name : null;

    /// <summary>The objective as it stood on the validation part, then all else that was measured on the test part.</summary>
    private static ImmutableArray<MetricDescription> OtherMetrics(
        Objective asked, MetricDescription objective, IEnumerable<StoredResult> results)
    {
        HashSet<string> measured = [.. results.SelectMany(result => result.Result?.Metrics.Keys ?? Enumerable.Empty<string>())];
        IEnumerable<string> names = measured
            .Where(name => name.StartsWith("test/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        if (measured.Contains(asked.Metric))
            names = names.Prepend(asked.Metric);
        return [.. names.Where(name => name != objective.Name).Select(name => MetricWords.Describe(name, DirectionOf(name, asked)))];
    }

    private static Direction DirectionOf(string name, Objective asked) => name == asked.Metric ? asked.Direction : Direction.Minimize;

    /// <summary>Those in which trials ended, in an order that does not depend on which trial ended first.</summary>
    private static ImmutableArray<RunEnvironment> EnvironmentsOf(RunStore store, IReadOnlyDictionary<string, StoredResult> results)
    {
        IReadOnlyDictionary<string, RunEnvironment> known = store.Environments;
        HashSet<string> used = [.. results.Values.Select(result => result.EnvironmentId)];
        return
        [
            .. known.Where(pair => used.Count == 0 || used.Contains(pair.Key))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => pair.Value),
        ];
    }

    /// <summary>One line per fact; where environments differ, it holds each value once.</summary>
    private static ImmutableArray<NamedValue> Facts(
        ImmutableArray<RunEnvironment> environments, Func<RunEnvironment, IReadOnlyList<KeyValuePair<string, string>>> facts) =>
    [
        .. environments.SelectMany(facts)
            .GroupBy(fact => fact.Key, StringComparer.Ordinal)
            .Select(group => new NamedValue(group.Key, string.Join("; ", group.Select(fact => fact.Value).Distinct(StringComparer.Ordinal)))),
    ];

    private static DataSetDescription Describe(StoredDataSet data, Plan plan)
    {
        bool isForAll = plan.Cells.All(cell => data.Cells.Contains(cell.Index));
        string cells = string.Join(", ", data.Cells.Select(index => plan.Cells[index].Name));
        return new DataSetDescription(
            isForAll ? data.Kind : $"{data.Kind} ({cells})",
            [.. data.Facts.Select(fact => new NamedValue(fact.Key, fact.Value))],
            data.SharesSpeakers,
            data.IsSynthetic);
    }

    private static IEnumerable<string> Remarks(Plan plan, IReadOnlyDictionary<string, StoredResult> results, int environments)
    {
        int pending = plan.Trials.Count(trial => !results.ContainsKey(trial.Id));
        if (pending > 0)
            yield return $"{pending} of {plan.Trials.Length} trials were not finished when this report was made; `orchestrator resume` goes on with them.";
        if (environments > 1)
            yield return $"The trials ran in {environments} environments of different software or machines; where they differ, each value is listed.";
    }

    /// <summary>Turns what is stored of a trial into its lines of the report.</summary>
    private sealed class TrialReports(
        RunStore store, IReadOnlyDictionary<string, StoredResult> results, bool reproducible, string? linkFrom)
    {
        public TrialResult Of(Trial trial)
        {
            StoredResult? stored = results.GetValueOrDefault(trial.Id);
            Trained? result = stored?.Result;
            ILookup<string, StoredMetric> points = store.MetricsOf(trial.Id).ToLookup(point => point.Name, StringComparer.Ordinal);
            return new TrialResult
            {
                Id = trial.Id,
                Seed = trial.Seed,
                Attempts = reproducible ? null : stored?.Attempts,
                Outcome = OutcomeOf(stored),
                Reason = stored is null ? "It was not finished when this report was made." : stored.Reason,
                RunPath = LinkTo(trial, result),
                Metrics = MetricsOf(result),
                ValidationCurve = ByEpoch(points[store.Plan.Objective.Metric]),
                TrainingLossCurve = ByEpoch(points["train/loss"]),
                SparsityCurve = [.. Finite(points["sparsity/overall"]).Select(point => new CurvePoint(point.Step, point.Value))],
                Densities = [.. (result?.Densities ?? []).Select(matrix => new MatrixDensity(matrix.Name, matrix.Rows, matrix.Columns, matrix.Density))],
                Nonzeros = result?.Nonzeros,
                DenseFileBytes = BytesOf(result?.WeightsBytes),
                CompressedFileBytes = BytesOf(result?.CompressedBytes),
                TrainingSeconds = reproducible ? null : result?.TrainingSeconds,
                Steps = result?.Steps ?? 0,
            };
        }

        private static TrialOutcome OutcomeOf(StoredResult? stored) => stored?.End switch
        {
            null => TrialOutcome.Pending,
            TrialEnd.Succeeded => TrialOutcome.Succeeded,
            TrialEnd.Diverged => TrialOutcome.Diverged,
            TrialEnd.Failed => TrialOutcome.Failed,
            var other => throw new ArgumentOutOfRangeException(nameof(stored), other, "Not an end of a trial."),
        };

        /// <summary>What a clock decides is no result.</summary>
        private static ImmutableArray<NamedNumber> MetricsOf(Trained? result) =>
        [
            .. (result?.Metrics ?? []).Where(metric => !metric.Key.StartsWith("clock/", StringComparison.Ordinal))
                .Select(metric => new NamedNumber(metric.Key, metric.Value)),
        ];

        private static ImmutableArray<CurvePoint> ByEpoch(IEnumerable<StoredMetric> points) =>
            [.. Finite(points).Select(point => new CurvePoint(point.Epoch, point.Value))];

        private static IEnumerable<StoredMetric> Finite(IEnumerable<StoredMetric> points) =>
            points.Where(point => double.IsFinite(point.Value)).OrderBy(point => point.Step);

        /// <summary>No weights were written where there are no bytes.</summary>
        private static long? BytesOf(long? bytes) => bytes is > 0 ? bytes : null;

        private string? LinkTo(Trial trial, Trained? result) =>
            linkFrom is null || result?.WeightsFile is null
                ? null
                : Path.GetRelativePath(linkFrom, store.TrialDirectory(trial.Id)).Replace('\\', '/');
    }
}
