namespace Orchestrator.Models.Data;

/// <summary>What is known before anything is decoded.</summary>
/// <param name="TrainCount">Training samples, so that a batch that can never be filled is refused when planning.</param>
internal sealed record DataPlan(DataShape Shape, int TrainCount);

/// <summary>The code behind one entry of the registry.</summary>
internal abstract class DataSource
{
    public abstract DataSetInfo Info { get; }

    public abstract DataPlan PlanOf(DataOptions options, DataRoot root);

    public abstract IDataSet Load(DataOptions options, DataRoot root);
}

/// <inheritdoc/>
internal abstract class DataSource<TOptions> : DataSource
    where TOptions : DataOptions
{
    public sealed override DataPlan PlanOf(DataOptions options, DataRoot root) => PlanOf((TOptions)options, root);

    public sealed override IDataSet Load(DataOptions options, DataRoot root) => Load((TOptions)options, root);

    protected abstract DataPlan PlanOf(TOptions options, DataRoot root);

    protected abstract IDataSet Load(TOptions options, DataRoot root);
}
