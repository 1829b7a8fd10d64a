using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
using Orchestrator.Models.Data;
using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Tests.Runs;

internal sealed class RunStoreTests
{
    private string _runs = "";

    [SetUp]
    public void MakeFolder() => _runs = Directory.CreateTempSubdirectory("run-store-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_runs, recursive: true);

    [Test]
    public void A_store_gives_back_plan_and_sweep_as_they_were()
    {
        Plan plan = Plans.Valid();

        using (RunStore.CreateOrOpen(_runs, plan, "{ /* as given */ }"))
        {
        }

        using RunStore store = RunStore.OpenForReading(RunStore.DirectoryOf(_runs, plan));
        Assert.That(PlanJson.Write(store.Plan), Is.EqualTo(PlanJson.Write(plan)));
        Assert.That(store.SweepText, Is.EqualTo("{ /* as given */ }"));
    }

    [Test]
    public void A_second_writer_is_refused_while_a_reader_is_welcome()
    {
        using RunStore writer = RunStore.CreateOrOpen(_runs, Plans.Valid(), "{}");

        RunStoreException? refused = Assert.Throws<RunStoreException>(() => RunStore.CreateOrOpen(_runs, Plans.Valid(), "{}"));

        Assert.That(refused!.Fault, Is.EqualTo(RunStoreFault.InUse));
        using RunStore reader = RunStore.OpenForReading(writer.Directory);
        Assert.That(reader.Results(), Is.Empty);
    }

    [Test]
    public void The_lock_goes_with_its_owner()
    {
        RunStore.CreateOrOpen(_runs, Plans.Valid(), "{}").Dispose();

        Assert.That(() => RunStore.CreateOrOpen(_runs, Plans.Valid(), "{}").Dispose(), Throws.Nothing);
    }

    [Test]
    public void A_point_that_is_told_twice_stays_as_it_was_first()
    {
        using RunStore store = RunStore.CreateOrOpen(_runs, Plans.Valid(), "{}");
        store.AppendMetrics([new StoredMetric("t", "train/loss", 5, 0.5, 1.25)]);

        store.AppendMetrics([new StoredMetric("t", "train/loss", 5, 0.5, 9.0), new StoredMetric("t", "train/loss", 6, 0.6, double.NaN)]);

        Assert.That(store.MetricsOf("t").Select(metric => (metric.Step, metric.Value)), Is.EqualTo(new[] { (5L, 1.25), (6L, double.NaN) }));
    }

    [Test]
    public void The_first_end_of_a_trial_stays()
    {
        using RunStore store = RunStore.CreateOrOpen(_runs, Plans.Valid(), "{}");
        store.RecordResult(Ended(TrialEnd.Succeeded, token: 3));

        store.RecordResult(Ended(TrialEnd.Failed, token: 4));

        Assert.That(store.Results().Single().Value, Is.EqualTo(Ended(TrialEnd.Succeeded, token: 3)));
        Assert.That(store.ResultOf("t"), Is.EqualTo(Ended(TrialEnd.Succeeded, token: 3)));
        Assert.That(store.ResultOf("other"), Is.Null);
    }

    [Test]
    public void A_result_comes_back_whole()
    {
        var result = new TrialResult
        {
            Metrics = new(StringComparer.Ordinal) { ["test/loss"] = 0.1 + 0.2 },
            Steps = 7,
            Epochs = 1.5,
            Parameters = 10,
            Nonzeros = 4,
            Densities = [new MatrixDensity("output.weight", 2, 3, 1.0 / 3.0, new(StringComparer.Ordinal))],
        };
        using RunStore store = RunStore.CreateOrOpen(_runs, Plans.Valid(), "{}");

        store.RecordResult(Ended(TrialEnd.Succeeded, token: 1) with { Result = result });

        TrialResult read = store.ResultOf("t")!.Result!;
        Assert.That(read.Metrics["test/loss"], Is.EqualTo(0.1 + 0.2));
        Assert.That(read.Densities.Single().Density, Is.EqualTo(1.0 / 3.0));
    }

    [Test]
    public void An_environment_is_kept_once_under_its_content()
    {
        var environment = new RunEnvironment([new("Orchestrator", "0.1.0")], [new("Processor", "x")]);
        using RunStore store = RunStore.CreateOrOpen(_runs, Plans.Valid(), "{}");

        store.RecordEnvironment(environment);
        store.RecordEnvironment(environment);

        Assert.That(store.Environments.Keys, Is.EqualTo(new[] { environment.Id }));
        Assert.That(store.Environments[environment.Id].Machine.Single().Value, Is.EqualTo("x"));
    }

    [Test]
    public void A_store_of_a_newer_version_is_left_alone()
    {
        string directory = Stored();
        File.WriteAllText(Path.Combine(directory, "run.json"), """{ "format": 99 }""");

        RunStoreException? refused = Assert.Throws<RunStoreException>(() => RunStore.OpenForWriting(directory).Dispose());

        Assert.That(refused!.Fault, Is.EqualTo(RunStoreFault.Newer));
        Assert.That(refused.Message, Does.Contain("format 99"));
    }

    [TestCase("run.json", "{ \"format\": ")]
    [TestCase("run.json", "{ \"format\": \"x\" }")]
    [TestCase("run.json", "{}")]
    [TestCase("plan.json", "{ \"format\": 1, \"plan\": { \"nam")]
    [TestCase("plan.json", "[]")]
    [TestCase("plan.json", "{ \"format\": 1, \"plan\": { \"surprise\": 1 } }")]
    [TestCase("metrics.db", "not a database, but long enough to be taken for a page of one, if nobody looked")]
    public void A_damaged_file_is_named(string file, string content)
    {
        string directory = Stored();
        File.WriteAllText(Path.Combine(directory, file), content);

        RunStoreException? refused = Assert.Throws<RunStoreException>(() => RunStore.OpenForWriting(directory).Dispose());

        Assert.That(refused!.Fault, Is.EqualTo(RunStoreFault.Damaged));
        Assert.That(refused.Message, Does.Contain(file).Or.Contain(directory));
    }

    [Test]
    public void A_folder_without_a_run_is_named_as_such()
    {
        RunStoreException? refused = Assert.Throws<RunStoreException>(() => RunStore.OpenForReading(_runs).Dispose());

        Assert.That(refused!.Fault, Is.EqualTo(RunStoreFault.Missing));
    }

    [Test]
    public void A_place_that_takes_no_folder_leaves_nothing_behind()
    {
        string file = Path.Combine(_runs, "file");
        File.WriteAllText(file, "");

        Assert.That(() => RunStore.CreateOrOpen(file, Plans.Valid(), "{}").Dispose(), Throws.TypeOf<RunStoreException>());
        Assert.That(Directory.EnumerateFileSystemEntries(_runs), Is.EqualTo(new[] { file }));
    }

    private static StoredResult Ended(TrialEnd end, long token) => new()
    {
        TrialId = "t",
        End = end,
        Attempts = 1,
        Token = token,
        EnvironmentId = "e",
    };

    private string Stored()
    {
        using RunStore store = RunStore.CreateOrOpen(_runs, Plans.Valid(), "{}");
        return store.Directory;
    }

    /// <summary>A small plan for tests that need any.</summary>
    private static class Plans
    {
        public static Plan Valid() => new()
        {
            Name = "tiny",
            Hash = "0123456789ab",
            Cells =
            [
                new Cell
                {
                    Index = 0,
                    Name = "dense",
                    Variant = "dense",
                    GridPoint = [KeyValuePair.Create("optimizer.learningRate", "0.002")],
                    Configuration = new TrialConfiguration { Data = new SyntheticDigitsOptions() },
                    Shape = new DataShape(20, 11, TaskKind.Ctc),
                    Parameters = 100,
                    PlannedNonzeros = 100,
                },
            ],
            Trials = [new Trial { Id = "t", Cell = 0, Seed = 0 }],
            Objective = new Objective { Metric = "validation/label-error-rate" },
            Report = new ReportOptions(),
        };
    }
}
