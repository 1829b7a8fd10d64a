using Orchestrator.Models.Training;

namespace Orchestrator.Experiments.Sweeps.Validation;

/// <summary>Nesterov's form is one of momentum.</summary>
internal sealed class NesterovNeedsMomentum : IRule
{
    public void Check(SweepDefinition sweep, ErrorSink errors)
    {
        foreach (CellDraft cell in sweep.Cells)
        {
            if (cell.Configuration.Optimizer is { Nesterov: true } optimizer && (optimizer.Kind != OptimizerKind.Sgd || optimizer.Momentum == 0))
                errors.Add(cell.PlaceOf("optimizer.nesterov"), "`nesterov` needs the optimizer `sgd` with a `momentum` greater than 0.");
        }
    }
}
