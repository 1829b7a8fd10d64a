using System.Security.Cryptography;

namespace Orchestrator.Models.Data;

/// <summary>
/// Reads the files of data sets whole, and only if they are the ones expected. The bytes that were hashed are the
/// bytes returned, so that nothing can change between check and use.
/// </summary>
internal static class DataFiles
{
    /// <summary>Own texts may have this many bytes: beyond, a sweep would hold gigabytes of windows.</summary>
    public const int OwnBytesMax = 64_000_000;

    /// <summary>Reads a file that must have exactly the known bytes.</summary>
    public static (byte[] Bytes, DataFileDigest Digest) Read(DataFile file, DataRoot root)
    {
        (byte[] bytes, DataFileDigest digest) = ReadKnown(file, root);
        return digest.Sha256 == file.Sha256 ? (bytes, digest) : throw Altered(file, root, digest);
    }

    /// <summary>Reads an archive that must hold exactly the known recordings, in whatever packing.</summary>
    public static (SortedDictionary<string, byte[]> Recordings, DataFileDigest Digest) ReadRecordings(DataFile file, DataRoot root)
    {
        (byte[] bytes, DataFileDigest digest) = ReadKnown(file, root);
        if (digest.Sha256 == file.Sha256)
        {
            return (RecordingArchive.Unpack(file.RelativePath, bytes), digest);
        }

        SortedDictionary<string, byte[]>? recordings = Repacked(file, bytes);
        return recordings is null ? throw Altered(file, root, digest) : (recordings, digest);
    }

    /// <summary>Reads a file that no hash is known of.</summary>
    public static (byte[] Bytes, DataFileDigest Digest) ReadOwn(string name, string path)
    {
        byte[] bytes = Guarded(name, path, () =>
        {
            long length = new FileInfo(path).Length;
            return length <= OwnBytesMax
                ? File.ReadAllBytes(path)
                : throw DataException.Malformed(name, $"it has {length:N0} bytes; at most {OwnBytesMax:N0} are read.");
        });
        return (bytes, DigestOf(name, bytes));
    }

    /// <summary>The recordings of an archive if they are the known ones in another packing; else null.</summary>
    public static SortedDictionary<string, byte[]>? Repacked(DataFile file, byte[] bytes)
    {
        if (file.ContentSha256 is null)
        {
            return null;
        }

        try
        {
            SortedDictionary<string, byte[]> recordings = RecordingArchive.Unpack(file.RelativePath, bytes);
            return RecordingArchive.ContentHash(recordings) == file.ContentSha256 ? recordings : null;
        }
        catch (DataException)
        {
            // Not even an archive: the caller reports it with its size and its hash.
            return null;
        }
    }

    /// <summary>Where the file is, or would be.</summary>
    public static string PathIn(DataFile file, string directory) =>
        Path.Combine([directory, .. file.RelativePath.Split('/')]);

    private static (byte[] Bytes, DataFileDigest Digest) ReadKnown(DataFile file, DataRoot root)
    {
        string directory = root.Directory ?? throw DataException.NoRoot(file);
        string path = PathIn(file, directory);
        if (!File.Exists(path))
        {
            throw DataException.Missing(file, directory);
        }

        byte[] bytes = Guarded(file.RelativePath, path, () =>
        {
            long length = new FileInfo(path).Length;
            return length <= file.BytesMax
                ? File.ReadAllBytes(path)
                : throw DataException.Altered(file, directory, length, sha256: null);
        });
        return (bytes, DigestOf(file.RelativePath, bytes));
    }

    private static DataException Altered(DataFile file, DataRoot root, DataFileDigest found) =>
        DataException.Altered(file, root.Directory!, found.Bytes, found.Sha256);

    private static DataFileDigest DigestOf(string name, byte[] bytes) =>
        new(name, bytes.LongLength, Convert.ToHexStringLower(SHA256.HashData(bytes)));

    private static byte[] Guarded(string name, string path, Func<byte[]> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw DataException.Malformed(name, $"`{path}`: {error.Message}", error);
        }
    }
}
