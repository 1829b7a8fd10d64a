using Orchestrator.Models.Networks;

namespace Orchestrator.Experiments.Sweeps.Validation;

/// <summary>Batch statistics are those of the whole batch; a rank sees only its part.</summary>
internal sealed class BatchNormalizationNeedsOneRank : IRule
{
    public void Check(SweepDefinition sweep, ErrorSink errors)
    {
        foreach (CellDraft cell in sweep.Cells)
        {
            int ranks = cell.Configuration.Training.WorldSize;
            if (cell.Configuration.Network.Normalization == Normalization.Batch && ranks > 1)
                errors.Add(cell.PlaceOf("network.normalization"), $"`batch` normalization needs `training.worldSize` 1; found {ranks}. Take `layer`.");
        }
    }
}
