namespace Orchestrator.Models.Data;

/// <summary>A file that a data set needs, as it must be.</summary>
/// <param name="Name">What <c>orchestrator data fetch NAME</c> calls it.</param>
/// <param name="RelativePath">Inside the data root, with <c>/</c>.</param>
/// <param name="Bytes">The exact size of the copy that this program was written against.</param>
/// <param name="Sha256">Of that whole copy, 64 lower-case hexadecimal digits.</param>
/// <param name="Url">Its canonical address; null where none serves these contents.</param>
/// <param name="Note">Where it comes from, and what to know if it cannot be fetched.</param>
public sealed record DataFile(
    string Name, string RelativePath, long Bytes, string Sha256, Uri? Url, string Note)
{
    /// <summary>
    /// For archives: a hash of the recordings alone. Publishers pack archives on request, so that their bytes differ from
    /// time to time while every recording stays the same: an archive is accepted by either hash.
    /// </summary>
    public string? ContentSha256 { get; init; }

    /// <summary>The most bytes that are read or fetched: an archive in another packing may be larger.</summary>
    internal long BytesMax => ContentSha256 is null ? Bytes : 4 * Bytes;
}
