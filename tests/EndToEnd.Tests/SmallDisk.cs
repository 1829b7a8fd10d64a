using System.Diagnostics;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A file system of a few megabytes in memory. Where it cannot be mounted, the test is skipped and says so.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    public static async Task<SmallDisk> MountAsync(string folder, int megabytes)
    {
        Directory.CreateDirectory(folder);
        string? refusal = OperatingSystem.IsLinux()
            ? await MountAsync("-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder)
            : "this is not Linux";
        if (refusal is not null)
            Assert.Ignore($"A small file system cannot be mounted here: {refusal}");
        return new SmallDisk(folder);
    }

    public async Task MakeReadOnlyAsync()
    {
        if (await MountAsync("-o", "remount,ro", _folder) is { } refusal)
            Assert.Ignore($"A file system cannot be made read-only here: {refusal}");
    }

    /// <summary>Takes space, and leaves so much.</summary>
    /// <returns>The file that takes it.</returns>
    public string FillUpTo(long bytesLeft)
    {
        string ballast = Path.Combine(_folder, "ballast");
        long bytes = new DriveInfo(_folder).AvailableFreeSpace - bytesLeft;
        File.WriteAllBytes(ballast, new byte[bytes]);
        return ballast;
    }

    public void Dispose()
    {
        using var unmount = Process.Start("umount", ["-l", _folder]);
        unmount.WaitForExit();
    }

    /// <returns>Null, or why not.</returns>
    private static async Task<string?> MountAsync(params string[] arguments)
    {
        using var mount = Process.Start(new ProcessStartInfo("mount", arguments) { RedirectStandardError = true })!;
        string error = await mount.StandardError.ReadToEndAsync();
        await mount.WaitForExitAsync();
        return mount.ExitCode == 0 ? null : error.Trim();
    }
}
