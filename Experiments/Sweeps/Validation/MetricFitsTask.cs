using Orchestrator.Experiments.Planning;
using Orchestrator.Experiments.Sweeps.Forms;

namespace Orchestrator.Experiments.Sweeps.Validation;

/// <summary>All cells have one task, and the objective is one of its metrics.</summary>
internal sealed class MetricFitsTask : IRule
{
    public void Check(SweepDefinition sweep, ErrorSink errors)
    {
        var tasks = sweep.Cells.Select(cell => TaskMetrics.TaskOf(cell.Configuration.Data)).Distinct().ToList();
        if (tasks.Count > 1)
        {
            errors.Add(
                sweep.ObjectivePlace,
                $"The cells have different tasks ({string.Join(", ", tasks.Select(task => FormOf.Kebab(task.ToString())))}), which no metric compares; make them sweeps of their own.");
        }

        if (tasks.Count != 1 || sweep.Objective is not { Metric: { } metric } objective)
            return;
        string[] known = [.. TaskMetrics.Of(tasks[0])];
        if (!known.Contains(metric))
            errors.AddUnknown(sweep.ObjectivePlace, "metric", metric, known);
        else if (objective.Direction != Direction.Minimize)
            errors.Add(sweep.ObjectivePlace, $"`{metric}` is better when it is smaller; the direction must be `minimize`.");
    }
}
