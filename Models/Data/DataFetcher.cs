using System.Security.Cryptography;

namespace Orchestrator.Models.Data;

/// <summary>How far a download has come.</summary>
/// <param name="BytesExpected">What the server announces; null where it announces nothing.</param>
public sealed record DataProgress(DataFile File, long Bytes, long? BytesExpected);

/// <summary>
/// Fetches data files from their canonical addresses. A file is written aside, checked, and only then given its name:
/// it is whole and right, or it is not there.
/// </summary>
/// <param name="client">Owned by the caller, with its timeouts.</param>
public sealed class DataFetcher(HttpClient client)
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>
    /// Fetches one file, unless it is there already. A wrong file of that name is replaced once the right one is whole.
    /// </summary>
    /// <param name="directory">The data folder; made if need be.</param>
    /// <returns>How the file stands now: always one of the two good states.</returns>
    /// <exception cref="DataException">The file has no address, cannot be fetched or written, or is not the one expected.</exception>
    public async Task<DataFileReport> FetchAsync(
        DataFile file, string directory, IProgress<DataProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var root = new DataRoot(directory);
        DataFileReport present = DataVerifier.Verify(file, root);
        if (present.Problem is null)
        {
            return present;
        }

        Uri url = file.Url ?? throw new DataException(
            file.RelativePath,
            $"`{file.RelativePath}` has no address that it could be fetched from. {DataException.Remedy(file, $"`{directory}`")}");
        string path = DataFiles.PathIn(file, directory);
        string aside = $"{path}.{Environment.ProcessId}.part";
        try
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            string sha256 = await DownloadAsync(file, url, aside, progress, cancellationToken);
            await CheckAsync(file, url, aside, sha256, cancellationToken);
            File.Move(aside, path, overwrite: true);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            throw new DataException(
                file.RelativePath,
                $"`{file.RelativePath}` could not be fetched from {url}: {error.Message} "
                + $"Try again, or put the file there yourself as `{path}`.",
                error);
        }
        finally
        {
            Discard(aside);
        }

        return DataVerifier.Verify(file, root);
    }

    /// <summary>Writes the answer to a file, down to the disk, and returns its hash.</summary>
    private async Task<string> DownloadAsync(
        DataFile file, Uri url, string path, IProgress<DataProgress>? progress, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response =
            await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        _ = response.EnsureSuccessStatusCode();
        using Stream source = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var target = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        long bytes = 0;
        while (await source.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            bytes += count;
            if (bytes > file.BytesMax)
            {
                throw new DataException(
                    file.RelativePath, $"{url} serves more than the {file.BytesMax:N0} bytes that `{file.RelativePath}` may have.");
            }

            hash.AppendData(buffer, 0, count);
            await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            progress?.Report(new DataProgress(file, bytes, response.Content.Headers.ContentLength));
        }

        target.Flush(flushToDisk: true);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static async Task CheckAsync(
        DataFile file, Uri url, string path, string sha256, CancellationToken cancellationToken)
    {
        if (sha256 == file.Sha256)
        {
            return;
        }

        byte[] bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        if (DataFiles.Repacked(file, bytes) is null)
        {
            throw new DataException(
                file.RelativePath,
                $"{url} served something else than `{file.RelativePath}`: expected {file.Bytes:N0} bytes, sha256 {file.Sha256}; "
                + $"found {bytes.LongLength:N0} bytes, sha256 {sha256}. {file.Note}");
        }
    }

    /// <summary>Nothing to do where it was moved or never made; the folder may be missing too.</summary>
    private static void Discard(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }
}
