using System.CommandLine;
using System.CommandLine.Parsing;
using Orchestrator.Actors.Workers;
using Orchestrator.Execution;

namespace Orchestrator.Commands;

/// <summary>Arguments and options that several commands share, so that they read the same everywhere.</summary>
internal static class CommonOptions
{
    /// <summary>More than any machine's cores: a slip of the pen.</summary>
    private const int SlotsMax = 1024;

    public static Argument<string> Sweep() => new("SWEEP") { Description = "Sweep file (JSON)." };

    public static Argument<string> Run() => new("RUN") { Description = "Folder of a run, or its name below --runs." };

    public static Option<string> Runs() => new("--runs")
    {
        Description = "Folder that holds the runs; absent: `runs`.",
        HelpName = "DIR",
        DefaultValueFactory = _ => "runs",
    };

    public static Option<string?> Data() => new("--data")
    {
        Description = "Folder that holds the data files; absent: what ORCHESTRATOR_DATA names.",
        HelpName = "DIR",
    };

    public static Option<bool> Json() => new("--json") { Description = "Answers in JSON, for machines; all other words go to standard error." };

    public static Option<bool> Open() => new("--open") { Description = "Opens the report in the browser." };

    public static Option<int> Slots() => new("--slots")
    {
        Description = "Trials (or ranks of trials) that train at the same time, each on one core; absent: one per core.",
        HelpName = "N",
        DefaultValueFactory = _ => Environment.ProcessorCount,
        CustomParser = ParseSlots,
    };

    public static Option<GangTransport> Transport() => new("--transport")
    {
        Description = "How the ranks of one trial exchange gradients: `in-process` (threads of this process), or each rank in a "
            + "process of its own, joined by `shared-memory` or `tcp`. The weights have the same bits; absent: `in-process`.",
        HelpName = "KIND",
        DefaultValueFactory = _ => GangTransport.InProcess,
        CustomParser = ParseTransport,
    };

    private static GangTransport ParseTransport(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        GangTransport? transport = TransportNames.Find(text);
        if (transport is null)
            result.AddError($"`--transport` takes one of {string.Join(", ", TransportNames.All)}; found `{text}`.");
        else if (transport == GangTransport.SharedMemory && !OperatingSystem.IsLinux())
            result.AddError($"`--transport {text}` needs Linux; here there is `{TransportNames.Of(GangTransport.Tcp)}`.");
        return transport ?? default;
    }

    private static int ParseSlots(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, out int slots) && slots is >= 1 and <= SlotsMax)
            return slots;
        result.AddError($"`--slots` takes a whole number from 1 to {SlotsMax}; found `{text}`.");
        return 0;
    }
}
