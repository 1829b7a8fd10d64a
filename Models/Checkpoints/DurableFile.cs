using System.Runtime.InteropServices;

namespace Orchestrator.Models.Checkpoints;

/// <summary>
/// Writes files that are complete or absent, whatever moment the power fails: aside, flushed to the disk, renamed over
/// the target, and the folder flushed, so that the name lasts as well.
/// </summary>
public static partial class DurableFile
{
    /// <summary>What the file is called while it is written; leftovers of a killed process are overwritten.</summary>
    public const string AsideSuffix = ".writing";

    /// <exception cref="IOException">The disk is full, or the folder cannot be written to; the target is as it was.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string aside = path + AsideSuffix;
        try
        {
            using (var stream = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(aside, path, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }

        FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Makes names in a folder last: those that came, and those that went.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void FlushDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            // NTFS journals its metadata itself, and has no call for this.
            return;
        }

        int handle = Open(directory, 0);
        if (handle < 0)
        {
            throw Failure(directory);
        }

        try
        {
            if (Flush(handle) != 0)
            {
                throw Failure(directory);
            }
        }
        finally
        {
            _ = Close(handle);
        }
    }

    private static IOException Failure(string directory) => new(
        $"The folder `{directory}` cannot be flushed to the disk: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Flush(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
