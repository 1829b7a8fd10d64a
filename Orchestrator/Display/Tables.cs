using Orchestrator.Commands;
using Spectre.Console;

namespace Orchestrator.Display;

/// <summary>Tables on a terminal, and the same as plain text elsewhere.</summary>
internal static class Tables
{
    /// <summary>Columns where no terminal says how many it has: wide enough that no cell of ours is broken.</summary>
    private const int PlainWidth = 160;

    public static Table Create(params (string Title, bool IsNumber)[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach ((string title, bool isNumber) in columns)
        {
            var column = new TableColumn(new Text(title)) { NoWrap = isNumber };
            _ = table.AddColumn(isNumber ? column.RightAligned() : column);
        }

        return table;
    }

    /// <summary>Cells are plain text: names may hold brackets, which are no markup.</summary>
    public static void Row(Table table, params string[] cells) => table.AddRow([.. cells.Select(cell => new Text(cell))]);

    public static void Write(Table table, Terminal terminal) => Console(terminal).Write(table);

    public static IAnsiConsole Console(Terminal terminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.IsInteractive ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = terminal.IsInteractive ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(terminal.Out),
        });
        if (!terminal.IsInteractive)
            console.Profile.Width = PlainWidth;
        return console;
    }
}
