using System.CommandLine;
using System.Text;
using Orchestrator.Commands;

namespace Orchestrator.Tests.Commands;

/// <summary>The reference of all commands in Markdown, from the commands themselves.</summary>
internal static class CommandReference
{
    private const string Introduction = """
        # Commands

        This page is generated from the commands; `UPDATE_GOLDEN=1 dotnet test tests/Orchestrator.Tests --filter CommandReference` writes it.

        Every command tells its exit code: 0 done; 1 some trials failed; 2 bad input, missing or wrong data, a run folder that cannot be used; 70 a bug; 130 stopped by the user.
        With `--json` the answer goes to standard output and all other words to standard error.
        A trial that diverges is a result, not a failure.

        """;

    public static string Write()
    {
        RootCommand root = CommandLine.Create(new Terminal(TextWriter.Null, TextWriter.Null, TimeProvider.System, IsInteractive: false));
        var text = new StringBuilder(Introduction.ReplaceLineEndings("\n"));
        foreach (Command command in root.Subcommands)
            Append(text, command, "orchestrator");
        return text.ToString();
    }

    private static void Append(StringBuilder text, Command command, string path)
    {
        string whole = $"{path} {command.Name}";
        foreach (Command sub in command.Subcommands)
            Append(text, sub, whole);
        if (command.Subcommands.Count > 0)
            return;

        string arguments = string.Concat(command.Arguments.Select(argument => $" {Shown(argument)}"));
        text.Append($"\n## `{whole}`\n\n{command.Description}\n\n```\n{whole}{arguments}{(command.Options.Count > 0 ? " [options]" : "")}\n```\n\n");
        text.Append("| | |\n|---|---|\n");
        foreach (Argument argument in command.Arguments)
            text.Append($"| `{Cell(argument.Name)}` | {argument.Description} |\n");
        foreach (Option option in command.Options)
            text.Append($"| `{option.Name}{(option.HelpName is { } name ? $" {name}" : option.ValueType == typeof(int) ? " N" : "")}` | {option.Description} |\n");
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string Shown(Argument argument)
    {
        string name = argument.Arity.MaximumNumberOfValues > 1 ? $"{argument.Name}..." : argument.Name;
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }
}
