using System.Globalization;

namespace Orchestrator.Models.Data;

/// <summary>All that a report must state about its data, so that a stranger can repeat the experiment.</summary>
/// <param name="Title">The full name of the set.</param>
/// <param name="Source">Where it comes from: an address, or the generator.</param>
/// <param name="Files">The files read, with the bytes and the hash that were found.</param>
/// <param name="SplitProtocol">Which samples train, validate and test, in words.</param>
/// <param name="Features">How audio or text became numbers, in words.</param>
/// <param name="Seed">The seed of whatever was drawn; null where nothing was.</param>
/// <param name="Details">Everything else, in the order in which it is to be read.</param>
public sealed record DataDescription(
    string Title,
    string Source,
    string Licence,
    string Citation,
    IReadOnlyList<DataFileDigest> Files,
    string SplitProtocol,
    string Features,
    long? Seed,
    IReadOnlyList<DataProperty> Details)
{
    /// <summary>The whole description as one ordered table.</summary>
    public IReadOnlyList<DataProperty> Rows =>
    [
        new("Data set", Title),
        new("Source", Source),
        .. Files.Select(file => new DataProperty(
            "File", string.Create(CultureInfo.InvariantCulture, $"{file.Path}, {file.Bytes:N0} bytes, sha256 {file.Sha256}"))),
        new("Licence", Licence),
        new("Citation", Citation),
        new("Split", SplitProtocol),
        new("Features", Features),
        .. Seed is { } seed ? new[] { new DataProperty("Data seed", seed.ToString(CultureInfo.InvariantCulture)) } : [],
        .. Details,
    ];
}

/// <summary>A line of a description.</summary>
public sealed record DataProperty(string Name, string Value);

/// <summary>A file as it was found on this machine.</summary>
/// <param name="Path">Relative to the data root, or to the sweep file.</param>
public sealed record DataFileDigest(string Path, long Bytes, string Sha256);
