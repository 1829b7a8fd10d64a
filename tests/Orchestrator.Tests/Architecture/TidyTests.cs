using System.CommandLine;
using System.Text.RegularExpressions;
using Orchestrator.Commands;

namespace Orchestrator.Tests.Architecture;

/// <summary>Style that no analyzer sees.</summary>
internal sealed partial class TidyTests
{
    private static readonly string[] Markers = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK:"];

    private static readonly string[] Sleeps = ["Thread." + "Sleep("];

    [Test]
    public void No_file_leaves_work_for_later() => Assert.That(FilesWith(Markers, "*.cs", "*.csproj", "*.md", "*.json", "*.conf"), Is.Empty);

    [Test]
    public void No_code_sleeps() => Assert.That(FilesWith(Sleeps, "*.cs"), Is.Empty);

    [Test]
    public void A_search_for_words_finds_them() => Assert.That(FilesWith(["internal sealed partial class Tidy" + "Tests"], "*.cs"), Has.Length.EqualTo(1));

    [Test]
    public void Namespaces_follow_folders()
    {
        string[] strays =
        [
            .. from path in Repository.Files("*.cs")
               let found = NamespaceLine().Match(Repository.Read(path))
               where found.Success && !found.Groups[1].Value.Equals(ExpectedNamespace(path), StringComparison.OrdinalIgnoreCase)
               select $"{path}: {found.Groups[1].Value}",
        ];

        Assert.That(strays, Is.Empty);
    }

    [Test]
    public void Every_command_is_in_the_documentation()
    {
        string documents = string.Concat(Repository.Files("*.md").Select(Repository.Read));
        RootCommand root = CommandLine.Create(new Terminal(TextWriter.Null, TextWriter.Null, TimeProvider.System, IsInteractive: false));

        Assert.That(Paths(root, "orchestrator").Where(path => !documents.Contains(path, StringComparison.Ordinal)), Is.Empty);
    }

    private static IEnumerable<string> Paths(Command command, string path) => command.Subcommands.Count == 0
        ? [path]
        : command.Subcommands.SelectMany(sub => Paths(sub, $"{path} {sub.Name}"));

    /// <summary>But for its case. The projects of tests are named after what they test.</summary>
    private static string ExpectedNamespace(string path)
    {
        string folder = Path.GetDirectoryName(path)!.Replace('\\', '/');
        string dotted = (folder.StartsWith("tests/", StringComparison.Ordinal) ? folder["tests/".Length..] : folder).Replace('/', '.');
        return dotted.StartsWith("Orchestrator", StringComparison.Ordinal) ? dotted : $"Orchestrator.{dotted}";
    }

    private static string[] FilesWith(string[] words, params string[] patterns) =>
    [
        .. patterns.SelectMany(Repository.Files)
            .Where(path => words.Any(word => Repository.Read(path).Contains(word, StringComparison.Ordinal))),
    ];

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
