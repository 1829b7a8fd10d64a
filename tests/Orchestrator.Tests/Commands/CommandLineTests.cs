using System.CommandLine;
using CsCheck;
using Orchestrator.Commands;

namespace Orchestrator.Tests.Commands;

internal sealed class CommandLineTests
{
    private static readonly string[] Vocabulary =
    [
        "validate", "plan", "resume", "status", "report", "data", "list", "fetch", "verify", "--json", "--slots", "0", "x",
        "--runs", "/nowhere", "--output", "--open=", "--", "-", "-x", "--data", "--transport", "tcp", "rank", "@file", "a b", "", "--reproducible", "--version=", "[suggest]",
    ];

    [TestCase("rnu", "Unknown command `rnu`. Did you mean `run`?")]
    [TestCase("run --slotz 3 x.json", "Unknown option `--slotz` of `run`. Did you mean `--slots`?")]
    [TestCase("run x.json --dat d", "Unknown option `--dat` of `run`. Did you mean `--data`?")]
    [TestCase("data fetsh yes-no", "Unknown command `fetsh` of `data`. Did you mean `fetch`?")]
    [TestCase("plan a.json b.json", "`b.json` is one argument too many for `plan`.")]
    [TestCase("plan a.json --slots many", "`--slots` takes a whole number from 1 to 1024; found `many`.")]
    [TestCase("plan a.json --slots 0", "`--slots` takes a whole number from 1 to 1024; found `0`.")]
    [TestCase("run a.json --transport pigeon", "`--transport` takes one of `in-process`, `shared-memory`, `tcp`; found `pigeon`.")]
    [TestCase("resume r --transport", "Required argument missing for option: '--transport'.")]
    [TestCase("rank", "Unknown command `rank`.")]
    [TestCase("run", "Required argument 'SWEEP' missing for command: 'run'.")]
    [TestCase("", "Required command was not provided.")]
    [TestCase("data", "Required command was not provided.")]
    public async Task What_cannot_be_understood_is_named_with_what_was_meant(string line, string expected)
    {
        Typed typed = await Typed.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.BadInput));
        Assert.That(typed.Error, Does.Contain(expected));
        Assert.That(typed.Out, Is.Empty);
    }

    [Test]
    public async Task Help_on_a_command_line_is_offered_for_the_command_that_was_meant()
    {
        Typed typed = await Typed.RunAsync("data", "fetch");

        Assert.That(typed.Error, Does.EndWith("Type `orchestrator data fetch --help` for help." + Environment.NewLine));
    }

    [TestCaseSource(nameof(CommandPaths))]
    public async Task Every_command_has_help(string path)
    {
        Typed typed = await Typed.RunAsync([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(typed.Out, Does.Contain("Usage:"));
    }

    [Test]
    public async Task The_version_names_program_libtorch_and_runtime()
    {
        Typed typed = await Typed.RunAsync("--version");

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(typed.Out, Does.Match(@"^orchestrator \d+\.\d+\.\d+").And.Contain("libtorch").And.Contain(".NET 10"));
    }

    [Test]
    public async Task A_directive_of_the_parser_is_only_a_word_too_many()
    {
        Typed typed = await Typed.RunAsync("[suggest]", "list", "validate", "/nowhere", "--version=");

        Assert.That(typed.ExitCode, Is.EqualTo(ExitCode.BadInput));
    }

    /// <summary>Whatever is typed, it is done or refused; a trace of the stack would be a bug.</summary>
    [Test]
    public void No_command_line_breaks_the_program() =>
        Gen.OneOf(Vocabulary).Array[0, 6].Sample(
            words =>
            {
                Typed typed = Typed.RunAsync(words).GetAwaiter().GetResult();
                return typed.ExitCode is ExitCode.Done or ExitCode.BadInput && !typed.Error.Contains("   at ", StringComparison.Ordinal);
            },
            iter: 400,
            print: words => string.Join(' ', words));

    private static IEnumerable<string> CommandPaths() =>
        Paths(CommandLine.Create(new Terminal(TextWriter.Null, TextWriter.Null, TimeProvider.System, IsInteractive: false)), "");

    private static IEnumerable<string> Paths(Command command, string path) =>
        command.Subcommands.SelectMany(sub => Paths(sub, $"{path} {sub.Name}")).Prepend(path);
}
