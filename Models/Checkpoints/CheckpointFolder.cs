using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Models.Checkpoints;

/// <summary>
/// The checkpoints of one trial, <c>checkpoint-000000001234.safetensors</c>, each complete or absent (see
/// <see cref="DurableFile"/>) and with a hash over all it holds. The last two are kept: should the disk have spoilt the
/// newest, the one before it is used, and the training between them repeated.
/// </summary>
/// <param name="directory">The trial's folder; made when first written to.</param>
/// <param name="owner">Names trial, seed and configuration: a checkpoint of another owner is refused.</param>
public sealed class CheckpointFolder(string directory, string owner)
{
    /// <summary>Version of what a checkpoint holds. A newer one is refused, not guessed at.</summary>
    public const int FormatVersion = 1;

    private const int Kept = 2;
    private const string Prefix = "checkpoint-";
    private const string Suffix = ".safetensors";
    private const string FormatKey = "format";
    private const string OwnerKey = "owner";
    private const string HashKey = "sha256";

    /// <summary>Deletes all checkpoints of a trial: for when its result is safe elsewhere.</summary>
    public static void Delete(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return;
        }

        foreach (string path in Directory.GetFiles(directory, Prefix + "*"))
        {
            File.Delete(path);
        }

        DurableFile.FlushDirectory(directory);
    }

    /// <summary>Writes a checkpoint, then drops those that are no longer needed.</summary>
    /// <exception cref="IOException">The disk is full, or the folder cannot be written to; what was there before still is.</exception>
    public void Save(long step, SafeTensorsContent content)
    {
        _ = Directory.CreateDirectory(directory);
        ImmutableSortedDictionary<string, string> metadata = content.Metadata
            .SetItem(FormatKey, FormatVersion.ToString(CultureInfo.InvariantCulture))
            .SetItem(OwnerKey, owner);
        SafeTensorsContent whole = content with { Metadata = metadata };
        whole = whole with { Metadata = metadata.SetItem(HashKey, HashOf(whole)) };
        DurableFile.Write(PathOf(step), stream => SafeTensors.Write(stream, whole));
        foreach (long old in Steps().Skip(Kept))
        {
            File.Delete(PathOf(old));
        }
    }

    /// <summary>The newest checkpoint that is whole, or null if there is none.</summary>
    /// <exception cref="CheckpointException">A checkpoint is of a newer version, or of another trial.</exception>
    public (long Step, SafeTensorsContent Content)? Latest()
    {
        foreach (long step in Steps())
        {
            if (TryLoad(step) is { } content)
            {
                return (step, content);
            }
        }

        return null;
    }

    /// <summary>The checkpoint of that step.</summary>
    /// <exception cref="CheckpointException">It is not there, not whole, of a newer version, or of another trial.</exception>
    public SafeTensorsContent Load(long step) => TryLoad(step)
        ?? throw new CheckpointException($"`{PathOf(step)}` is missing or damaged.");

    /// <summary>Deletes what lies after that step: damaged files that <see cref="Latest"/> passed over.</summary>
    public void DeleteAfter(long step)
    {
        foreach (long later in Steps().Where(later => later > step))
        {
            File.Delete(PathOf(later));
        }
    }

    private string PathOf(long step) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D12}{Suffix}"));

    /// <summary>Newest first.</summary>
    private long[] Steps()
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }

        return
        [
            .. Directory.GetFiles(directory, Prefix + "*" + Suffix)
                .Select(path => Path.GetFileName(path)[Prefix.Length..^Suffix.Length])
                .Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long step) ? step : -1)
                .Where(step => step >= 0)
                .OrderDescending(),
        ];
    }

    /// <summary>Null where the file is absent or damaged.</summary>
    private SafeTensorsContent? TryLoad(long step)
    {
        string path = PathOf(step);
        SafeTensorsContent content;
        try
        {
            content = SafeTensors.Read(path);
        }
        catch (Exception exception) when (exception is SafeTensorsException or FileNotFoundException or EndOfStreamException)
        {
            return null;
        }

        if (int.TryParse(content.Metadata.GetValueOrDefault(FormatKey), CultureInfo.InvariantCulture, out int format)
            && format > FormatVersion)
        {
            throw new CheckpointException(
                $"`{path}` has format {format}; this program reads up to {FormatVersion}. Resume with the version that wrote it.");
        }

        SafeTensorsContent unhashed = content with { Metadata = content.Metadata.Remove(HashKey) };
        if (content.Metadata.GetValueOrDefault(HashKey) != HashOf(unhashed))
        {
            return null;
        }

        string? found = content.Metadata.GetValueOrDefault(OwnerKey);
        return found == owner
            ? content
            : throw new CheckpointException(
                $"`{path}` belongs to {found ?? "nobody"}, not to {owner}. Move it away, or resume the run it is of.");
    }

    private static string HashOf(SafeTensorsContent content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string key, string value) in content.Metadata)
        {
            Append(hash, key);
            Append(hash, value);
        }

        foreach (SafeTensor tensor in content.Tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            Append(hash, tensor.Name);
            hash.AppendData(tensor.Data.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}

/// <summary>A checkpoint that cannot be used, and that nothing but a person can mend: never retried.</summary>
public sealed class CheckpointException(string message, Exception? innerException = null) : Exception(message, innerException);
