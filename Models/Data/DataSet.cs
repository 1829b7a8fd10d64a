namespace Orchestrator.Models.Data;

internal sealed record DataSet(
    string Name,
    DataShape Shape,
    Split Train,
    Split Validation,
    Split Test,
    DataDescription Description) : IDataSet;
