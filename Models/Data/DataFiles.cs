using System.Security.Cryptography;

namespace Orchestrator.Models.Data;

/// <summary>Reads the files of data sets whole, and only if they are the ones expected.</summary>
internal static class DataFiles
{
    /// <summary>Own texts may have this many bytes: beyond, a sweep would hold gigabytes of windows.</summary>
    public const int OwnBytesMax = 64_000_000;

    /// <summary>
    /// The bytes that were hashed are the bytes returned, so that nothing can change between check and use.
    /// </summary>
    public static (byte[] Bytes, DataFileDigest Digest) Read(DataFile file, DataRoot root)
    {
        string path = PathOf(file, root);
        byte[] bytes = ReadExactly(file, root.Directory!, path);
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return sha256 == file.Sha256
            ? (bytes, new DataFileDigest(file.RelativePath, bytes.LongLength, sha256))
            : throw DataException.Altered(file, root.Directory!, bytes.LongLength, sha256);
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
        return (bytes, new DataFileDigest(name, bytes.LongLength, Convert.ToHexStringLower(SHA256.HashData(bytes))));
    }

    /// <summary>Where the file is, or would be.</summary>
    public static string PathIn(DataFile file, string directory) =>
        Path.Combine([directory, .. file.RelativePath.Split('/')]);

    private static string PathOf(DataFile file, DataRoot root)
    {
        string directory = root.Directory ?? throw DataException.NoRoot(file);
        string path = PathIn(file, directory);
        return File.Exists(path) ? path : throw DataException.Missing(file, directory);
    }

    private static byte[] ReadExactly(DataFile file, string directory, string path) =>
        Guarded(file.RelativePath, path, () =>
        {
            long length = new FileInfo(path).Length;
            return length == file.Bytes
                ? File.ReadAllBytes(path)
                : throw DataException.Altered(file, directory, length, sha256: HashOf(path));
        });

    private static string HashOf(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

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
