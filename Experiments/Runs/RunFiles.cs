using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Orchestrator.Models.Checkpoints;

namespace Orchestrator.Experiments.Runs;

/// <summary>The small JSON files of a run's folder: complete or absent, read with limits.</summary>
internal static class RunFiles
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes a file of a folder that is not yet in its place.</summary>
    public static void WriteNew(string path, string text)
    {
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        stream.Write(Utf8.GetBytes(text));
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Writes aside, down to the disk, and renames: a reader sees the old file or the new one.</summary>
    public static void Replace(string path, string text)
    {
        try
        {
            DurableFile.Write(path, stream => stream.Write(Utf8.GetBytes(text)));
        }
        catch (Exception exception) when (StoreFaults.IsStorage(exception))
        {
            throw StoreFaults.From(exception, path);
        }
    }

    /// <summary>The content of a file in this form, or null where there is none.</summary>
    /// <exception cref="RunStoreException">It cannot be read or is not what it should be.</exception>
    public static T? ReadOrNull<T>(string path)
        where T : class
    {
        try
        {
            if (!File.Exists(path))
                return null;
            return JToken.Parse(File.ReadAllText(path)).ToObject<T>()
                ?? throw new JsonSerializationException("It is null.");
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidCastException or ArgumentException)
        {
            throw new RunStoreException(RunStoreFault.Damaged, $"`{path}` is damaged: {exception.Message}", exception);
        }
        catch (Exception exception) when (StoreFaults.IsStorage(exception))
        {
            throw StoreFaults.From(exception, path);
        }
    }
}
