namespace Orchestrator.Models.Data;

/// <summary>A file that a data set needs, as it must be.</summary>
/// <param name="Name">What <c>orchestrator data fetch NAME</c> calls it.</param>
/// <param name="RelativePath">Inside the data root, with <c>/</c>.</param>
/// <param name="Bytes">Its exact size.</param>
/// <param name="Sha256">Of the whole file, 64 lower-case hexadecimal digits.</param>
/// <param name="Url">An address that serves exactly these bytes; null where there is none.</param>
/// <param name="Note">Where it comes from, and what to know if it cannot be fetched.</param>
public sealed record DataFile(
    string Name, string RelativePath, long Bytes, string Sha256, Uri? Url, string Note);
