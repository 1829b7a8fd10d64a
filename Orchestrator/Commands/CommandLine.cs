using System.CommandLine;

namespace Orchestrator.Commands;

/// <summary>The command line as a whole: what was typed is either understood and done, or refused in words.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] arguments, Terminal terminal)
    {
        RootCommand root = Create(terminal);
        try
        {
            ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (UsageErrors.Of(parsed) is { Count: > 0 } errors)
                return Refuse(parsed, errors, terminal);

            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // signals are the business of the commands that can stop
            });
        }
        catch (Exception exception)
        {
            return Failures.Tell(exception, terminal.Error);
        }
    }

    internal static RootCommand Create(Terminal terminal)
    {
        var root = new RootCommand("Trains sweeps of dense and pruned recurrent networks, and reports whether pruning paid off.")
        {
            HelpName = "orchestrator",
        };
        root.Directives.Clear(); // nobody asks for them, and [suggest] throws where no option accepts an argument
        foreach (VersionOption version in root.Options.OfType<VersionOption>())
            version.Action = new VersionAction();
        root.Add(RunCommand.Create(terminal));
        root.Add(ValidateCommand.Create(terminal));
        root.Add(PlanCommand.Create(terminal));
        root.Add(ResumeCommand.Create(terminal));
        root.Add(StatusCommand.Create(terminal));
        root.Add(ReportCommand.Create(terminal));
        root.Add(DataCommand.Create(terminal));
        root.Add(BenchCommand.Create(terminal));
        return root;
    }

    private static int Refuse(ParseResult parsed, IReadOnlyList<string> errors, Terminal terminal)
    {
        foreach (string error in errors)
            terminal.Error.WriteLine(error);
        terminal.Error.WriteLine($"Type `{string.Join(' ', PathOf(parsed.CommandResult.Command))} --help` for help.");
        return ExitCode.BadInput;
    }

    private static IEnumerable<string> PathOf(Command command) => command is RootCommand
        ? ["orchestrator"]
        : [.. PathOf(command.Parents.OfType<Command>().First()), command.Name];
}
