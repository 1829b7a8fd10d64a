using Newtonsoft.Json.Linq;
using Orchestrator.Commands;
using Orchestrator.Experiments.Planning;
using Spectre.Console;

namespace Orchestrator.Display;

/// <summary>A plan for a person and for a machine: cells, trials, sizes, gangs, what waits for what, how long it may take.</summary>
internal static class PlanText
{
    public static void Write(Plan plan, int slots, Terminal terminal)
    {
        Table table = Tables.Create(
            ("Cell", false), ("Control", false), ("Parameters", true), ("Nonzeros", true), ("Epochs", true),
            ("Trials", true), ("Ranks", true), ("Waits for", false));
        foreach (Cell cell in plan.Cells)
        {
            Tables.Row(
                table,
                cell.Name,
                NameOf(plan, cell.Control) ?? "",
                $"{cell.Parameters:N0}",
                $"{cell.PlannedNonzeros:N0}" + (cell.MatchedWith is null ? "" : $" (as {NameOf(plan, cell.MatchedWith)})"),
                $"{cell.Configuration.Training.Epochs}",
                $"{TrialsOf(plan, cell).Length}",
                $"{cell.Configuration.Training.WorldSize}",
                string.Join(", ", WaitsFor(plan, cell)));
        }

        terminal.Out.WriteLine(Summary(plan, slots));
        Tables.Write(table, terminal);
    }

    public static string Summary(Plan plan, int slots)
    {
        TimeSpan time = CostEstimate.Of(plan, slots);
        return $"{plan.RunName}: {Words.Count(plan.Cells.Length, "cell")}, {Words.Count(plan.Trials.Length, "trial")}, "
            + $"about {Words.Duration(time)} on {Words.Count(slots, "slot")} (a rough guess).";
    }

    public static JObject Json(Plan plan, int slots)
    {
        TimeSpan time = CostEstimate.Of(plan, slots);
        return new JObject
        {
            ["sweep"] = plan.Name,
            ["hash"] = plan.Hash,
            ["run"] = plan.RunName,
            ["objective"] = plan.Objective.Metric,
            ["slots"] = slots,
            ["estimatedSeconds"] = Math.Round(time.TotalSeconds, 1),
            ["cells"] = new JArray(plan.Cells.Select(cell => CellJson(plan, cell))),
            ["trials"] = new JArray(plan.Trials.Select(trial => new JObject
            {
                ["id"] = trial.Id,
                ["cell"] = plan.Cells[trial.Cell].Name,
                ["seed"] = trial.Seed,
                ["dependsOn"] = new JArray(trial.DependsOn),
            })),
        };
    }

    private static JObject CellJson(Plan plan, Cell cell) => new()
    {
        ["name"] = cell.Name,
        ["variant"] = cell.Variant,
        ["grid"] = new JObject(cell.GridPoint.Select(point => new JProperty(point.Key, JToken.Parse(point.Value)))),
        ["control"] = NameOf(plan, cell.Control),
        ["matchedWith"] = NameOf(plan, cell.MatchedWith),
        ["parameters"] = cell.Parameters,
        ["plannedNonzeros"] = cell.PlannedNonzeros,
        ["epochs"] = cell.Configuration.Training.Epochs,
        ["worldSize"] = cell.Configuration.Training.WorldSize,
        ["trials"] = TrialsOf(plan, cell).Length,
        ["waitsFor"] = new JArray(WaitsFor(plan, cell)),
    };

    private static Trial[] TrialsOf(Plan plan, Cell cell) => [.. plan.Trials.Where(trial => trial.Cell == cell.Index)];

    private static IEnumerable<string> WaitsFor(Plan plan, Cell cell)
    {
        HashSet<string> sources = [.. TrialsOf(plan, cell).SelectMany(trial => trial.DependsOn)];
        return plan.Trials.Where(trial => sources.Contains(trial.Id)).Select(trial => plan.Cells[trial.Cell].Name).Distinct();
    }

    private static string? NameOf(Plan plan, int? cell) => cell is { } index ? plan.Cells[index].Name : null;
}
