using Newtonsoft.Json.Linq;
using Orchestrator.Commands;

namespace Orchestrator.Tests.Commands;

/// <summary>The commands that read sweep files: validate, plan, and run's refusals.</summary>
internal sealed class SweepCommandsTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("commands-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_valid_sweep_is_told_to_be_valid()
    {
        Typed typed = await Typed.RunAsync("validate", Stores.Write(_folder, "tiny.json"));

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(typed.Out, Does.Contain("tiny.json: valid."));
    }

    [Test]
    public async Task All_errors_of_all_files_are_named_with_their_lines()
    {
        string broken = Stores.Write(_folder, "broken.json", Stores.Sweep.Replace("hiddenSize", "hidenSize", StringComparison.Ordinal));
        string missing = Path.Combine(_folder, "missing.json");

        Typed typed = await Typed.RunAsync("validate", broken, missing);

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(typed.Error, Does.Contain("broken.json:3:").And.Contain("hiddenSize").And.Contain("missing.json").And.Contain("2 errors."));
    }

    [Test]
    public async Task Validate_answers_machines_in_JSON()
    {
        string broken = Stores.Write(_folder, "broken.json", Stores.Sweep.Replace("\"seeds\": 2", "\"seeds\": -2", StringComparison.Ordinal));

        Typed typed = await Typed.RunAsync("validate", broken, "--json");

        JToken file = JArray.Parse(typed.Out).Single();
        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(file.Value<bool>("valid"), Is.False);
        Assert.That(file["errors"]!.First!.Value<int>("line"), Is.EqualTo(6));
    }

    [Test]
    public async Task A_plan_shows_cells_with_their_sizes()
    {
        Typed typed = await Typed.RunAsync("plan", Stores.Write(_folder, "tiny.json"));

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(typed.Out, Does.Contain("2 cells, 4 trials").And.Contain("pruned 90 %").And.Contain("Nonzeros"));
    }

    [Test]
    public async Task A_plan_is_the_same_for_machines()
    {
        Typed typed = await Typed.RunAsync("plan", Stores.Write(_folder, "tiny.json"), "--json");

        var plan = JObject.Parse(typed.Out);
        Assert.That(plan["cells"]!.Select(cell => cell.Value<string>("name")), Is.EqualTo(new[] { "dense", "pruned 90 %" }));
        Assert.That(plan["cells"]![1]!.Value<string>("control"), Is.EqualTo("dense"));
        Assert.That(plan["trials"]!.Count(), Is.EqualTo(4));
        Assert.That(plan.Value<double>("estimatedSeconds"), Is.Positive);
    }

    [TestCase("run")]
    [TestCase("plan")]
    [TestCase("resume")]
    public async Task A_broken_sweep_is_refused_and_nothing_is_written(string command)
    {
        string broken = Stores.Write(_folder, "broken.json", "{ \"name\": 7 ");
        string runs = Path.Combine(_folder, "runs");
        string[] options = command == "plan" ? [] : ["--runs", runs];

        Typed typed = await Typed.RunAsync([command, broken, .. options]);

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(typed.Error, Does.Contain("broken.json:").And.Not.Contain("   at "));
        Assert.That(Directory.Exists(runs), Is.False);
    }

    [Test]
    public async Task Resuming_a_sweep_that_was_never_run_says_how_to_run_it()
    {
        string sweep = Stores.Write(_folder, "tiny.json");

        Typed typed = await Typed.RunAsync("resume", sweep, "--runs", Path.Combine(_folder, "runs"));

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(typed.Error, Does.Contain("orchestrator run"));
    }
}
