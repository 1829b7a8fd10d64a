namespace Orchestrator.Models.Data;

/// <summary>How a file in the data folder stands.</summary>
public enum DataFileState
{
    /// <summary>Byte for byte the known copy.</summary>
    Ok,

    /// <summary>The known recordings in another packing: as good.</summary>
    OkRepacked,

    Missing,

    /// <summary>Cut off, altered, or unreadable.</summary>
    Wrong,
}

/// <summary>What was found of a file.</summary>
/// <param name="Bytes">Null where the file is missing.</param>
/// <param name="Problem">In a sentence, with the next step; null where nothing is wrong.</param>
public sealed record DataFileReport(DataFile File, DataFileState State, long? Bytes, string? Problem);

/// <summary>Checks the files of the data folder, without loading any data set.</summary>
public static class DataVerifier
{
    /// <summary>All known files, in the registry's order.</summary>
    public static IReadOnlyList<DataFileReport> Verify(DataRoot root) =>
        [.. DataSets.Files.Select(file => Verify(file, root))];

    public static DataFileReport Verify(DataFile file, DataRoot root)
    {
        if (root.Directory is not { } directory)
        {
            return new(file, DataFileState.Missing, null, DataException.NoRoot(file).Message);
        }

        var info = new FileInfo(DataFiles.PathIn(file, directory));
        if (!info.Exists)
        {
            return new(file, DataFileState.Missing, null, DataException.Missing(file, directory).Message);
        }

        try
        {
            DataFileDigest found = file.ContentSha256 is null
                ? DataFiles.Read(file, root).Digest
                : DataFiles.ReadRecordings(file, root).Digest;
            DataFileState state = found.Sha256 == file.Sha256 ? DataFileState.Ok : DataFileState.OkRepacked;
            return new(file, state, found.Bytes, Problem: null);
        }
        catch (DataException error)
        {
            return new(file, DataFileState.Wrong, info.Length, error.Message);
        }
    }
}
