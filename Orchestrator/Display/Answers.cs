using Orchestrator.Commands;
using Orchestrator.Execution;
using Orchestrator.Experiments.Reports;

namespace Orchestrator.Display;

/// <summary>What a report says in short, and where it is.</summary>
internal static class Answers
{
    public static void Write(ReportInput input, ReportFiles files, bool opens, Terminal terminal)
    {
        terminal.Out.WriteLine();
        foreach (string line in ReportWriter.Answer(input))
            terminal.Out.WriteLine(line);
        terminal.Out.WriteLine($"\nReport: {Shown.Path(files.Html)}");
        if (opens && !Browser.TryOpen(files.Html))
            terminal.Error.WriteLine("There is no browser to open it with.");
    }
}
