using Microsoft.Extensions.Time.Testing;
using Newtonsoft.Json;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Reports;
using Orchestrator.Experiments.Runs;
using Orchestrator.Experiments.Tests.Runs;
using Trained = Orchestrator.Models.Training.TrialResult;
using TrainedDensity = Orchestrator.Models.Training.MatrixDensity;

namespace Orchestrator.Experiments.Tests.Reports;

internal sealed class RunReportTests
{
    private string _runs = "";

    [SetUp]
    public void MakeFolder() => _runs = Directory.CreateTempSubdirectory("run-report-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_runs, recursive: true);

    [Test]
    public void Verdicts_rest_on_the_objective_of_the_test_part()
    {
        using RunStore store = Stored();

        ReportInput report = Assemble(store);

        Assert.That(report.Objective, Is.EqualTo(
            new MetricDescription("test/label-error-rate", "label error", MetricDirection.Minimize, MetricUnit.Fraction)));
        Assert.That(
            report.OtherMetrics.Select(metric => metric.Name),
            Is.EqualTo(new[] { "validation/label-error-rate", "test/sequence-error-rate" }));
    }

    [Test]
    public void A_trial_that_ended_has_its_numbers_and_curves()
    {
        using RunStore store = Stored();

        TrialResult trial = Assemble(store).Cells[0].Trials[0];

        Assert.That(trial.Outcome, Is.EqualTo(TrialOutcome.Succeeded));
        Assert.That(trial.Metrics, Does.Contain(new NamedNumber("test/label-error-rate", 0.25)));
        Assert.That(trial.TrainingLossCurve, Is.EqualTo(new[] { new CurvePoint(1, 2.5), new CurvePoint(2, 1.5) }));
        Assert.That(trial.ValidationCurve, Is.EqualTo(new[] { new CurvePoint(1, 0.5) }));
        Assert.That(trial.SparsityCurve, Is.EqualTo(new[] { new CurvePoint(10, 0.3) }));
        Assert.That(trial.Densities, Is.EqualTo(new[] { new MatrixDensity("output.weight", 2, 3, 0.5) }));
        Assert.That(trial.RunPath, Is.EqualTo("../trials/a"));
        Assert.That((trial.Nonzeros, trial.Steps, trial.TrainingSeconds, trial.Attempts), Is.EqualTo((40L, 20L, 12.5, 1)));
    }

    [Test]
    public void A_point_that_is_no_number_is_not_in_a_curve()
    {
        using RunStore store = Stored();
        store.AppendMetrics([new StoredMetric("b", "train/loss", 10, 1, double.NaN)]);

        Assert.That(Assemble(store).Cells[1].Trials[0].TrainingLossCurve, Is.Empty);
    }

    [Test]
    public void A_trial_that_has_not_ended_is_pending_and_remarked_on()
    {
        using RunStore store = Stored();

        ReportInput report = Assemble(store);

        Assert.That(report.Cells[1].Trials[0].Outcome, Is.EqualTo(TrialOutcome.Pending));
        Assert.That(report.Remarks.Single(), Does.StartWith("1 of 2 trials were not finished"));
    }

    [Test]
    public void A_failed_trial_says_why()
    {
        using RunStore store = Stored();
        store.RecordResult(Ended("b") with { End = TrialEnd.Failed, Reason = "It ran out of memory." });

        TrialResult trial = Assemble(store).Cells[1].Trials[0];

        Assert.That((trial.Outcome, trial.Reason), Is.EqualTo((TrialOutcome.Failed, "It ran out of memory.")));
        Assert.That(trial.RunPath, Is.Null);
    }

    [Test]
    public void Cells_name_their_control_and_their_match_and_write_out_all_defaults()
    {
        using RunStore store = Stored();

        CellResult cell = Assemble(store).Cells[1];

        Assert.That((cell.Control, cell.MatchesNonzerosOf), Is.EqualTo(("dense", "dense")));
        Assert.That(cell.GridPoint, Is.EqualTo("optimizer.learningRate = 0.002"));
        Assert.That(cell.Configuration, Does.Contain(new NamedValue("optimizer.kind", "adam")));
        Assert.That(cell.Configuration, Does.Contain(new NamedValue("data.kind", "synthetic-digits")));
        Assert.That(cell.Configuration, Does.Contain(new NamedValue("pruning.matrices", "[\"recurrent\", \"input\"]")));
    }

    [Test]
    public void Two_environments_are_listed_side_by_side()
    {
        using RunStore store = Stored();
        var other = new RunEnvironment([new("Orchestrator", "0.1.0")], [new("Processor", "y")]);
        store.RecordEnvironment(other);
        store.RecordResult(Ended("b") with { EnvironmentId = other.Id });

        ReportInput report = Assemble(store);

        Assert.That(report.Software, Is.EqualTo(new[] { new NamedValue("Orchestrator", "0.1.0") }));
        Assert.That(report.Machine.Single().Value.Split("; "), Is.EquivalentTo(new[] { "x", "y" }));
        Assert.That(report.Remarks.Single(), Does.Contain("2 environments"));
    }

    [Test]
    public void A_data_set_that_only_some_cells_use_names_them()
    {
        using RunStore store = Stored();
        store.RecordDataSets([new StoredDataSet { Kind = "yes-no", Cells = [1], Facts = [new("Licence", "l")], SharesSpeakers = true }]);

        DataSetDescription data = Assemble(store).DataSets.Single();

        Assert.That((data.Name, data.SharesSpeakers, data.Facts.Single().Value), Is.EqualTo(("yes-no (pruned)", true, "l")));
    }

    [Test]
    public void A_reproducible_report_holds_nothing_that_a_clock_or_a_kill_decides()
    {
        string one = JsonConvert.SerializeObject(Reproducible("one", attempts: 1, seconds: 3.5, clock: 100));

        string other = JsonConvert.SerializeObject(Reproducible("other", attempts: 4, seconds: 7.25, clock: 50));

        Assert.That(other, Is.EqualTo(one));
    }

    [Test]
    public void An_ordinary_report_tells_when_and_how_often()
    {
        using RunStore store = Stored();

        ReportInput report = Assemble(store);

        Assert.That(report.CreatedAt, Is.EqualTo(new FakeTimeProvider().GetUtcNow()));
        Assert.That(report.Cells[0].Trials[0].Attempts, Is.EqualTo(1));
    }

    private static ReportInput Assemble(RunStore store) => RunReport.Assemble(store, reproducible: false, new FakeTimeProvider());

    private static StoredResult Ended(string trial) => new()
    {
        TrialId = trial,
        End = TrialEnd.Succeeded,
        Attempts = 1,
        Token = 1,
        EnvironmentId = Environment().Id,
    };

    private static RunEnvironment Environment() => new([new("Orchestrator", "0.1.0")], [new("Processor", "x")]);

    private static Trained Result(double seconds, double clock) => new()
    {
        Metrics = new(StringComparer.Ordinal)
        {
            ["test/label-error-rate"] = 0.25,
            ["test/sequence-error-rate"] = 0.5,
            ["validation/label-error-rate"] = 0.5,
            ["clock/steps-per-second"] = clock,
        },
        Steps = 20,
        Epochs = 2,
        Parameters = 100,
        Nonzeros = 40,
        Densities = [new TrainedDensity("output.weight", 2, 3, 0.5, new(StringComparer.Ordinal))],
        WeightsFile = "weights.safetensors",
        WeightsBytes = 400,
        CompressedBytes = 200,
        TrainingSeconds = seconds,
    };

    private ReportInput Reproducible(string folder, int attempts, double seconds, double clock)
    {
        using RunStore store = Stored(folder, attempts, seconds, clock);
        return RunReport.Assemble(store, reproducible: true, new FakeTimeProvider());
    }

    /// <summary>Two cells of one trial each; that of the first has ended.</summary>
    private RunStore Stored(string folder = "runs", int attempts = 1, double seconds = 12.5, double clock = 1)
    {
        Plan plan = Plans.Valid() with
        {
            Cells = [Plans.Cell(0, "dense"), Plans.Cell(1, "pruned") with { Control = 0, MatchedWith = 0 }],
            Trials = [new Trial { Id = "a", Cell = 0, Seed = 0 }, new Trial { Id = "b", Cell = 1, Seed = 0 }],
        };
        RunStore store = RunStore.CreateOrOpen(Path.Combine(_runs, folder), plan, "{}");
        store.RecordEnvironment(Environment());
        store.Append(
            [
                new StoredMetric("a", "train/loss", 10, 1, 2.5),
                new StoredMetric("a", "train/loss", 20, 2, 1.5),
                new StoredMetric("a", "validation/label-error-rate", 10, 1, 0.5),
                new StoredMetric("a", "sparsity/overall", 10, 1, 0.3),
                new StoredMetric("a", "clock/steps-per-second", 10, 1, clock),
            ],
            [Ended("a") with { Attempts = attempts, Result = Result(seconds, clock) }]);
        return store;
    }
}
