namespace Orchestrator.Models.Data;

/// <summary>
/// Data that is missing, cut off, altered or malformed, or options that no data can satisfy: bad input, never retried.
/// </summary>
public sealed class DataException : Exception
{
    public DataException(string? fileName, string message, Exception? innerException = null)
        : base(message, innerException) => FileName = fileName;

    /// <summary>The file that is wrong; null where the options are.</summary>
    public string? FileName { get; }

    internal static DataException NoRoot(DataFile file) => new(
        file.RelativePath,
        $"`{file.RelativePath}` is needed, but no data folder is known. "
        + $"Set {DataRoot.Variable} or give --data FOLDER. {Remedy(file, "that folder")}");

    internal static DataException Missing(DataFile file, string directory) => new(
        file.RelativePath, $"`{file.RelativePath}` is not in `{directory}`. {Remedy(file, $"`{directory}`")}");

    internal static DataException Altered(DataFile file, string directory, long bytes, string? sha256) => new(
        file.RelativePath,
        $"`{file.RelativePath}` in `{directory}` is {(bytes < file.Bytes ? "truncated" : "altered")}: "
        + $"expected {file.Bytes:N0} bytes, sha256 {file.Sha256}; found {bytes:N0} bytes"
        + (sha256 is null ? ". " : $", sha256 {sha256}. ")
        + Remedy(file, $"`{directory}`"));

    internal static DataException Malformed(string fileName, string problem, Exception? inner = null) => new(
        fileName, $"`{fileName}` cannot be read: {problem}", inner);

    /// <summary>What the user can do about a file that is not there or not right.</summary>
    internal static string Remedy(DataFile file, string directory) => file.Url is null
        ? $"Put it there as `{file.RelativePath}` below {directory}. {file.Note}"
        : $"Run `orchestrator data fetch {file.Name}`, or put it there as `{file.RelativePath}` below {directory}.";
}
