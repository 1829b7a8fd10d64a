using System.CommandLine;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orchestrator.Display;
using Orchestrator.Execution;
using Orchestrator.Experiments.Reports;
using Orchestrator.Experiments.Runs;

namespace Orchestrator.Commands;

/// <summary><c>report RUN</c>: writes the report of a run again, from what the run has stored.</summary>
internal static class ReportCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> run = CommonOptions.Run();
        Option<string> runs = CommonOptions.Runs();
        var output = new Option<string?>("--output") { Description = "Folder to write to; absent: the run's own.", HelpName = "DIR" };
        var reproducible = new Option<bool>("--reproducible") { Description = "Leaves out what a clock or a restart decides: equal runs give equal bytes." };
        Option<bool> open = CommonOptions.Open();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("report", "Writes the report of a run from what it has stored, finished or not.")
        {
            run, runs, output, reproducible, open, json,
        };
        command.SetAction(parsed =>
        {
            string directory = RunFinder.Find(parsed.GetRequiredValue(run), parsed.GetRequiredValue(runs));
            return Execute(directory, parsed.GetValue(output), parsed.GetValue(reproducible), parsed.GetValue(open), parsed.GetValue(json), terminal);
        });
        return command;
    }

    private static int Execute(string directory, string? output, bool reproducible, bool open, bool json, Terminal terminal)
    {
        using RunStore store = RunStore.OpenForReading(directory);
        string target = Path.GetFullPath(output ?? store.ReportDirectory);
        ReportInput input = RunReport.Assemble(store, reproducible, terminal.Time, target);
        ReportFiles files = Write(input, target);
        if (json)
            terminal.Out.WriteLine(Json(input, files).ToString(Formatting.Indented));
        Answers.Write(input, files, open, terminal.Beside(json));
        return ExitCode.Done;
    }

    private static ReportFiles Write(ReportInput input, string target)
    {
        try
        {
            return ReportWriter.Write(input, target);
        }
        catch (Exception exception) when (StoreFaults.IsStorage(exception))
        {
            throw new UsageException($"The report cannot be written to `{Shown.Path(target)}`: {exception.Message}");
        }
    }

    private static JObject Json(ReportInput input, ReportFiles files) => new()
    {
        ["answer"] = new JArray(ReportWriter.Answer(input)),
        ["html"] = files.Html,
        ["markdown"] = files.Markdown,
        ["csv"] = files.Csv,
        ["json"] = files.Json,
    };
}
