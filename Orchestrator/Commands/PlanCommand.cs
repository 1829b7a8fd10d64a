using System.CommandLine;
using Newtonsoft.Json;
using Orchestrator.Display;
using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Sweeps;
using Orchestrator.Models.Data;

namespace Orchestrator.Commands;

/// <summary><c>plan SWEEP</c>: what would be run. Writes nothing.</summary>
internal static class PlanCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> sweep = CommonOptions.Sweep();
        Option<string?> data = CommonOptions.Data();
        Option<int> slots = CommonOptions.Slots();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("plan", "Shows cells, trials, sizes, what waits for what, and a guess of the time. Writes nothing.")
        {
            sweep, data, slots, json,
        };
        command.SetAction(parsed => Execute(
            parsed.GetRequiredValue(sweep), DataRoot.Find(parsed.GetValue(data)), parsed.GetValue(slots), parsed.GetValue(json), terminal));
        return command;
    }

    private static int Execute(string sweep, DataRoot data, int slots, bool json, Terminal terminal)
    {
        Plan plan = SweepLoader.Load(sweep, data, slots);
        if (json)
            terminal.Out.WriteLine(PlanText.Json(plan, slots).ToString(Formatting.Indented));
        else
            PlanText.Write(plan, slots, terminal);
        return ExitCode.Done;
    }
}
