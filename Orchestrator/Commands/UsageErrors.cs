using System.CommandLine;
using System.CommandLine.Parsing;
using Orchestrator.Experiments.Sweeps;

namespace Orchestrator.Commands;

/// <summary>What is wrong with a command line, one sentence each, with the nearest word that would be right.</summary>
internal static class UsageErrors
{
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        if (parsed.Action is not null && parsed.Errors.Count == 0 && parsed.Action != parsed.CommandResult.Command.Action)
            return []; // --help, --version

        Command command = parsed.CommandResult.Command;
        string[] taken = [.. OptionsTakenAsArguments(parsed)];
        string[] unmatched = [.. parsed.UnmatchedTokens.Concat(taken).Distinct(StringComparer.Ordinal)];
        string[] options = [.. unmatched.Where(token => token.StartsWith('-'))]; // what follows one was meant for it
        string[] own = [.. (options.Length > 0 ? options : unmatched).Select(token => Unknown(token, command))];
        if (options.Length > 0 || (own.Length > 0 && command.Subcommands.Count > 0))
            return own; // what the parser made of the rest is hearsay

        HashSet<string> retold = [.. unmatched.Select(token => $"Unrecognized command or argument '{token}'.")];
        return [.. own, .. parsed.Errors.Select(error => error.Message).Where(message => !retold.Contains(message)).Distinct()];
    }

    /// <summary>The parser takes an option that it does not know for an argument where one is expected.</summary>
    private static IEnumerable<string> OptionsTakenAsArguments(ParseResult parsed) =>
        parsed.Tokens
            .TakeWhile(token => token.Type != TokenType.DoubleDash)
            .Where(token => token.Type == TokenType.Argument && token.Value.Length > 1 && token.Value[0] == '-')
            .Select(token => token.Value);

    private static string Unknown(string token, Command command)
    {
        bool isOption = token.StartsWith('-');
        string[] known = [.. isOption ? OptionsOf(command) : command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name)];
        string where = command is RootCommand ? "" : $" of `{command.Name}`";
        if (!isOption && known.Length == 0)
            return $"`{token}` is one argument too many for `{command.Name}`.";

        string what = isOption ? "option" : "command";
        string hint = NearestName.Of(token, known) is { } nearest ? $" Did you mean `{nearest}`?" : "";
        return $"Unknown {what} `{token}`{where}.{hint} Known: {string.Join(", ", known)}.";
    }

    private static IEnumerable<string> OptionsOf(Command command) =>
        command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => parent.Options.Where(option => option.Recursive)))
            .Where(option => !option.Hidden)
            .Select(option => option.Name);
}
