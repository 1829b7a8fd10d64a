using Newtonsoft.Json.Linq;
using Orchestrator.Commands;
using Orchestrator.Experiments.Runs;

namespace Orchestrator.Tests.Commands;

/// <summary>The commands that read a run: status and report.</summary>
internal sealed class RunCommandsTests
{
    private string _runs = "";

    [SetUp]
    public void MakeFolder() => _runs = Directory.CreateTempSubdirectory("commands-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_runs, recursive: true);

    [Test]
    public async Task Status_shows_how_far_each_trial_is()
    {
        string run = Stores.Begun(_runs);

        Typed typed = await Typed.RunAsync("status", run);

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(typed.Out, Does.Contain("2 pending, 1 begun, 1 succeeded; no process is at it.").And.Contain("12.50 %").And.Contain("3.5"));
    }

    [Test]
    public async Task Status_says_when_a_process_is_at_it()
    {
        using RunStore writer = RunStore.OpenForWriting(Stores.Begun(_runs));

        Typed typed = await Typed.RunAsync("status", writer.Directory, "--json");

        Assert.That(JObject.Parse(typed.Out).Value<bool>("isRunning"), Is.True);
    }

    [Test]
    public async Task Status_names_the_transports_that_the_run_has_used()
    {
        string run = Stores.Begun(_runs);
        using (RunStore store = RunStore.OpenForWriting(run))
        {
            foreach (string transport in new[] { "tcp", "in-process", "tcp" })
                store.RecordEnvironment(new RunEnvironment([], [new("Processor", "p"), new("Transport", transport)]));
        }

        Typed text = await Typed.RunAsync("status", run);
        Typed json = await Typed.RunAsync("status", run, "--json");

        Assert.That(text.Out, Does.Contain("; transport: in-process, tcp."));
        Assert.That(JObject.Parse(json.Out)["transports"]!.Values<string>(), Is.EqualTo(new[] { "in-process", "tcp" }));
    }

    [Test]
    public async Task Status_answers_machines_in_JSON()
    {
        string run = Stores.Begun(_runs);

        Typed typed = await Typed.RunAsync("status", run, "--json");

        var status = JObject.Parse(typed.Out);
        Assert.That(status["counts"]!.Value<int>("pending"), Is.EqualTo(2));
        Assert.That(status["trials"]![0]!.Value<string>("state"), Is.EqualTo("succeeded"));
        Assert.That(status["trials"]![0]!.Value<double>("value"), Is.EqualTo(0.125));
    }

    [Test]
    public async Task A_run_is_found_by_the_beginning_of_its_name()
    {
        string run = Stores.Begun(_runs);

        Typed typed = await Typed.RunAsync("status", "tin", "--runs", _runs, "--json");

        Assert.That(JObject.Parse(typed.Out).Value<string>("run"), Is.EqualTo(run));
    }

    [Test]
    public async Task A_run_that_is_not_there_is_told_with_those_that_are()
    {
        _ = Stores.Begun(_runs);

        Typed typed = await Typed.RunAsync("report", "tony", "--runs", _runs);

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(typed.Error, Does.Contain("There is no run `tony`").And.Contain("tiny-"));
    }

    [Test]
    public async Task A_reproducible_report_is_the_same_every_time()
    {
        string run = Stores.Begun(_runs);
        string one = Path.Combine(_runs, "one");
        string two = Path.Combine(_runs, "two");

        Typed first = await Typed.RunAsync("report", run, "--reproducible", "--output", one);
        Typed second = await Typed.RunAsync("report", run, "--reproducible", "--output", two);

        Assert.That((first.ExitCode, second.ExitCode), Is.EqualTo((ExitCode.Done, ExitCode.Done)));
        string[] names = [.. Directory.EnumerateFiles(one).Select(path => Path.GetFileName(path)).Order()];
        Assert.That(names, Is.EqualTo(new[] { "report.csv", "report.html", "report.json", "report.md" }));
        foreach (string name in names)
            Assert.That(File.ReadAllBytes(Path.Combine(two, name)), Is.EqualTo(File.ReadAllBytes(Path.Combine(one, name))), name);
    }

    [Test]
    public async Task A_report_that_cannot_be_written_is_told_without_a_stack()
    {
        string run = Stores.Begun(_runs);
        string file = Path.Combine(_runs, "file");
        await File.WriteAllTextAsync(file, "");

        Typed typed = await Typed.RunAsync("report", run, "--output", Path.Combine(file, "below"));

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(typed.Error, Does.Contain("cannot be").And.Not.Contain("   at "));
    }

    [Test]
    public async Task A_run_of_a_newer_version_is_refused()
    {
        string run = Stores.Begun(_runs);
        await File.WriteAllTextAsync(Path.Combine(run, "run.json"), """{ "format": 99 }""");

        foreach (string command in new[] { "status", "report", "resume" })
        {
            Typed typed = await Typed.RunAsync(command, run);
            Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.BadInput), command);
            Assert.That(typed.Error, Does.Contain("newer version"), command);
        }
    }
}
