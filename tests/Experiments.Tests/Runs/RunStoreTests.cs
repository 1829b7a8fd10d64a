using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
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

    [Test]
    public void A_run_is_in_use_while_a_writer_has_it()
    {
        string directory;
        using (RunStore writer = RunStore.CreateOrOpen(_runs, Plans.Valid(), "{}"))
        {
            directory = writer.Directory;
            Assert.That(RunStore.IsInUse(directory), Is.True);
        }

        Assert.That(RunStore.IsInUse(directory), Is.False);
        Assert.That(() => RunStore.OpenForWriting(directory).Dispose(), Throws.Nothing);
    }

    [Test]
    public void Setting_a_run_aside_keeps_it_and_frees_its_place()
    {
        string directory = Stored();
        string first = RunStore.SetAside(directory);
        _ = Stored();

        string second = RunStore.SetAside(directory);

        Assert.That(Directory.Exists(directory), Is.False);
        Assert.That(new[] { first, second }, Is.EqualTo(new[] { directory + ".1", directory + ".2" }));
        using RunStore kept = RunStore.OpenForReading(first);
        Assert.That(kept.SweepText, Is.EqualTo("{}"));
    }

    [Test]
    public void A_run_in_use_is_not_set_aside()
    {
        using RunStore writer = RunStore.CreateOrOpen(_runs, Plans.Valid(), "{}");

        RunStoreException? refused = Assert.Throws<RunStoreException>(() => RunStore.SetAside(writer.Directory));

        Assert.That(refused!.Fault, Is.EqualTo(RunStoreFault.InUse));
        Assert.That(Directory.Exists(writer.Directory), Is.True);
    }

    [Test]
    public void What_a_killed_process_left_beside_the_store_goes_away()
    {
        string leftover = RunStore.DirectoryOf(_runs, Plans.Valid()) + ".new-999999999";
        Directory.CreateDirectory(Path.Combine(leftover, "trials"));

        string directory = Stored();

        Assert.That(Directory.EnumerateDirectories(_runs), Is.EqualTo(new[] { directory }));
    }

    [Test]
    public void Data_sets_and_the_folder_of_the_sweep_come_back_as_they_were()
    {
        var data = new StoredDataSet
        {
            Kind = "synthetic-digits",
            Cells = [0],
            Facts = [new("Data set", "x"), new("File", "a"), new("File", "b")],
            IsSynthetic = true,
        };
        using RunStore store = RunStore.CreateOrOpen(_runs, Plans.Valid(), "{}");
        Assert.That(store.DataSets, Is.Empty);
        Assert.That(store.SweepDirectory, Is.Null);

        store.RecordDataSets([data]);
        store.RecordSweepDirectory("/some/where");

        Assert.That(store.DataSets.Single().Facts, Is.EqualTo(data.Facts));
        Assert.That(store.DataSets.Single().DifferencesTo(data), Is.Empty);
        Assert.That(store.SweepDirectory, Is.EqualTo("/some/where"));
    }

    [TestCase("data.json", "[{")]
    [TestCase("data.json", "7")]
    [TestCase("origin.json", "[]")]
    public void A_damaged_small_file_is_named_when_it_is_read(string file, string content)
    {
        using RunStore store = RunStore.CreateOrOpen(_runs, Plans.Valid(), "{}");
        File.WriteAllText(Path.Combine(store.Directory, file), content);

        RunStoreException? refused = Assert.Throws<RunStoreException>(() => _ = (store.DataSets, store.SweepDirectory));

        Assert.That(refused!.Fault, Is.EqualTo(RunStoreFault.Damaged));
        Assert.That(refused.Message, Does.Contain(file));
    }

    [Test]
    public void A_difference_between_two_loads_of_a_data_set_is_named()
    {
        var then = new StoredDataSet { Kind = "text", Cells = [0], Facts = [new("File", "a"), new("Licence", "l")] };
        StoredDataSet now = then with { Facts = [new("File", "b"), new("Licence", "l")] };

        Assert.That(then.DifferencesTo(now), Is.EqualTo(new[] { ("File", "a", "b") }));
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
}
