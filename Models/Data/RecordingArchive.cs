using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Models.Data;

/// <summary>
/// The <c>.wav</c> members of a gzipped tar archive, in ordinal order of their names without folders.
/// Nothing is unpacked to disk, and no name becomes a path.
/// </summary>
internal static class RecordingArchive
{
    /// <summary>Four times what the largest set has; beyond, an archive is not what it claims to be.</summary>
    private const int MembersMax = 20_000;

    /// <summary>Two minutes of 16-bit sound at 16 kHz, against 17 seconds in the longest recording known here.</summary>
    private const int MemberBytesMax = 4_000_000;

    private const long TotalBytesMax = 256_000_000;

    public static SortedDictionary<string, byte[]> Unpack(string fileName, byte[] archive)
    {
        try
        {
            using var unzipped = new GZipStream(new MemoryStream(archive), CompressionMode.Decompress);
            using var reader = new TarReader(unzipped);
            return Unpack(fileName, reader);
        }
        catch (Exception error) when (error is not DataException)
        {
            // Whatever the decoders throw at bytes that are no archive: the file is wrong, not the program.
            throw DataException.Malformed(fileName, $"it is no complete tar.gz archive ({error.Message}).", error);
        }
    }

    /// <summary>
    /// A hash of the recordings alone: over the lines <c>name sha256</c>. It is the same in whatever order, folder,
    /// and compression they are packed, and so recognizes a set that its publisher packs anew.
    /// </summary>
    public static string ContentHash(SortedDictionary<string, byte[]> recordings)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, byte[] content) in recordings)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {Convert.ToHexStringLower(SHA256.HashData(content))}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static SortedDictionary<string, byte[]> Unpack(string fileName, TarReader reader)
    {
        var recordings = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        long total = 0;
        for (int members = 0; reader.GetNextEntry() is { } entry; members++)
        {
            total += entry.Length;
            if (members >= MembersMax || entry.Length > MemberBytesMax || total > TotalBytesMax)
            {
                throw DataException.Malformed(fileName, $"the archive is beyond all limits at its member `{entry.Name}`.");
            }

            string name = entry.Name[(entry.Name.LastIndexOf('/') + 1)..];
            if (IsRecording(entry, name) && !recordings.TryAdd(name, ReadAll(entry)))
            {
                throw DataException.Malformed(fileName, $"the archive holds `{name}` twice.");
            }
        }

        return recordings;
    }

    /// <summary>Files that begin with a dot are what some systems add for themselves.</summary>
    private static bool IsRecording(TarEntry entry, string name) =>
        entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile
        && name.EndsWith(".wav", StringComparison.Ordinal)
        && !name.StartsWith('.');

    private static byte[] ReadAll(TarEntry entry)
    {
        var content = new byte[entry.Length];
        entry.DataStream?.ReadExactly(content);
        return content;
    }
}
