using System.Text;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;

namespace Orchestrator.Experiments.Tests.Sweeps;

internal sealed class SweepLoaderTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("sweep-loader-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Every_broken_file_is_told_what_is_wrong_with_it()
    {
        var golden = new StringBuilder();
        foreach ((string name, string text) in BrokenSweeps.All)
        {
            IReadOnlyList<InputError> errors = ErrorsOf(text);
            Assert.That(errors, Is.Not.Empty, name);
            _ = golden.Append($"## {name}\n").AppendJoin('\n', errors).Append("\n\n");
        }

        Golden.Match("sweeps/broken.txt", golden.ToString());
    }

    [Test]
    public void Every_error_says_where_and_is_one_line()
    {
        foreach (InputError error in BrokenSweeps.All.SelectMany(broken => ErrorsOf(broken.Text)))
        {
            Assert.That(error.Message, Does.Not.Contain('\n').And.Not.Contain("Exception"), error.ToString());
            Assert.That(error.Path, Does.StartWith("$"), error.ToString());
        }
    }

    [Test]
    public void All_errors_of_a_file_come_at_once()
    {
        string text = BrokenSweeps.All.Single(broken => broken.Name == "everything at once").Text;

        BadInputException? refused = Assert.Throws<BadInputException>(() => SweepLoader.Parse("x.json", text, DataRoot.None));

        Assert.That(refused!.Errors, Has.Count.GreaterThanOrEqualTo(12));
    }

    [Test]
    public void A_wrong_value_is_told_where_it_was_written()
    {
        const string Text = """
            {
              "name": "x",
              "base": { "data": { "kind": "synthetic-digits" }, "network": { "layers": 1 } },
              "variants": [
                { "name": "a" },
                { "name": "b", "set": { "pruning": { "method": "one-shot",
                    "sparsity": 2 } } }
              ],
              "grid": { "network.dropout": [0, 3] },
              "seeds": 1
            }
            """;

        IReadOnlyList<InputError> errors = ErrorsOf(Text);

        Assert.That(
            errors.Select(error => (error.Line, error.Column, error.Path)),
            Is.EqualTo(new[] { (7, 21, "$.variants[1].set.pruning.sparsity"), (9, 36, "$.grid['network.dropout'][1]") }));
        Assert.That(errors[0].Found, Is.EqualTo("`2`"));
        Assert.That(errors[0].Allowed, Is.EqualTo("a number from 0 to 0.9999"));
    }

    [Test]
    public void The_nearest_name_is_named()
    {
        IReadOnlyList<InputError> errors = ErrorsOf(BrokenSweeps.All.Single(broken => broken.Name == "misspelt path").Text);

        Assert.That(errors.Single().Nearest, Is.EqualTo("hiddenSize"));
    }

    [Test]
    public void Comments_trailing_commas_and_a_byte_order_mark_are_fine()
    {
        string path = Write(new UTF8Encoding(encoderShouldEmitUTF8Identifier: true).GetPreamble().Concat(Encoding.UTF8.GetBytes("""
            // A sweep.
            { "name": "x", /* short */ "base": { "data": { "kind": "synthetic-digits", }, }, "seeds": [0, 1,], }
            // The end.
            """)));

        Plan plan = SweepLoader.Load(path, DataRoot.None);

        Assert.That(plan.Trials, Has.Length.EqualTo(2));
        Assert.That(plan.Cells.Single().Name, Is.EqualTo("base"));
    }

    [Test]
    public void A_file_that_is_missing_is_bad_input() =>
        Assert.That(() => SweepLoader.Load(Path.Combine(_folder, "none.json"), DataRoot.None), Throws.TypeOf<BadInputException>());

    [Test]
    public void A_folder_is_bad_input() =>
        Assert.That(() => SweepLoader.Load(_folder, DataRoot.None), Throws.TypeOf<BadInputException>());

    [Test]
    public void A_file_in_another_encoding_is_bad_input()
    {
        string path = Write([(byte)'{', 0xFF, 0xFE, (byte)'}']);

        Assert.That(() => SweepLoader.Load(path, DataRoot.None), Throws.TypeOf<BadInputException>().With.Message.Contains("UTF-8"));
    }

    [Test]
    public void A_huge_file_is_refused_unread()
    {
        string path = Write(Enumerable.Repeat((byte)' ', SweepLoader.BytesMax + 1));

        Assert.That(() => SweepLoader.Load(path, DataRoot.None), Throws.TypeOf<BadInputException>().With.Message.Contains("bytes"));
    }

    [Test]
    public void A_text_is_found_beside_the_sweep()
    {
        File.WriteAllText(Path.Combine(_folder, "own.txt"), string.Concat(Enumerable.Repeat("a text of one's own. ", 500)));
        string path = Write(Encoding.UTF8.GetBytes("""
            { "name": "x", "base": { "data": { "kind": "text", "path": "own.txt" } }, "seeds": 1 }
            """));

        Plan plan = SweepLoader.Load(path, DataRoot.None);

        Assert.That(plan.Objective.Metric, Is.EqualTo("validation/bits-per-character"));
    }

    /// <summary>In a folder without data, with eight slots.</summary>
    private static IReadOnlyList<InputError> ErrorsOf(string text)
    {
        try
        {
            _ = SweepLoader.Parse("x.json", text, new DataRoot(null) { SweepDirectory = "/nowhere" }, slots: 8);
            return [];
        }
        catch (BadInputException refused)
        {
            return refused.Errors;
        }
    }

    private string Write(IEnumerable<byte> bytes)
    {
        string path = Path.Combine(_folder, "sweep.json");
        File.WriteAllBytes(path, [.. bytes]);
        return path;
    }
}
