namespace Orchestrator.Experiments.Sweeps.Validation;

/// <summary>Each rank takes the same number of samples of every batch.</summary>
internal sealed class BatchDividesAmongRanks : IRule
{
    public void Check(SweepDefinition sweep, ErrorSink errors)
    {
        foreach (CellDraft cell in sweep.Cells)
        {
            int batch = cell.Configuration.Data.BatchSize;
            int ranks = cell.Configuration.Training.WorldSize;
            if (batch % ranks != 0)
                errors.Add(cell.PlaceOf("training.worldSize"), $"A batch of {batch} (`data.batchSize`) cannot be divided among {ranks} ranks (`training.worldSize`); make it a multiple of {ranks}.");
        }
    }
}
