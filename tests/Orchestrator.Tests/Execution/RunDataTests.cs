using Orchestrator.Execution;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Runs;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;

namespace Orchestrator.Tests.Execution;

internal sealed class RunDataTests
{
    private const string Sweep = """
        {
          "name": "texts",
          "base": { "data": { "kind": "text", "path": "own.txt", "sequenceLength": 8, "batchSize": 2 }, "network": { "hiddenSize": 4 } },
          "seeds": 1
        }
        """;

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("run-data-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void What_was_read_is_kept_with_the_run()
    {
        using RunStore store = Store(Text('a'));

        RunData.Prepare(store, Root(), store.Plan.Trials);

        StoredDataSet data = store.DataSets.Single();
        Assert.That((data.Kind, data.SharesSpeakers, data.IsSynthetic), Is.EqualTo(("text", (bool?)null, false)));
        Assert.That(data.Cells, Is.EqualTo(new[] { 0 }));
        Assert.That(data.Facts.Select(fact => fact.Key), Does.Contain("File").And.Contain("Licence"));
    }

    [Test]
    public void Nothing_is_read_for_trials_that_have_ended()
    {
        using RunStore store = Store(Text('a'));
        File.Delete(Path.Combine(_folder, "own.txt"));

        RunData.Prepare(store, Root(), open: []);

        Assert.That(store.DataSets, Is.Empty);
    }

    /// <summary>Two folders stand for two processes: within one, a data set is read once.</summary>
    [Test]
    public void Other_data_than_the_run_began_with_are_refused()
    {
        using RunStore store = Store(Text('a'));
        RunData.Prepare(store, Root(), store.Plan.Trials);
        string other = Directory.CreateDirectory(Path.Combine(_folder, "other")).FullName;
        File.WriteAllText(Path.Combine(other, "own.txt"), Text('b'));

        DataException? refused = Assert.Throws<DataException>(
            () => RunData.Prepare(store, DataRoot.None with { SweepDirectory = other }, store.Plan.Trials));

        Assert.That(refused!.Message, Does.Contain("not what this run began with").And.Contain("sha256"));
    }

    private static string Text(char letter) => string.Concat(Enumerable.Repeat($"{letter} word of text and one more.\n", 200));

    private DataRoot Root() => DataRoot.None with { SweepDirectory = _folder };

    private RunStore Store(string text)
    {
        File.WriteAllText(Path.Combine(_folder, "own.txt"), text);
        Plan plan = SweepLoader.Parse("texts.json", Sweep, Root());
        return RunStore.CreateOrOpen(Path.Combine(_folder, "runs"), plan, Sweep);
    }
}
