namespace Orchestrator.Models.Data;

/// <summary>A data set in memory: loaded once per process, shared read-only by all trials and threads.</summary>
public interface IDataSet
{
    string Name { get; }

    DataShape Shape { get; }

    Split Train { get; }

    Split Validation { get; }

    Split Test { get; }

    DataDescription Description { get; }
}
