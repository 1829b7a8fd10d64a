using System.Runtime.InteropServices;
using TorchSharp;

namespace Orchestrator.Models.Native;

/// <summary>
/// The native libraries behind TorchSharp. They are loaded here before TorchSharp does it, because its own message
/// blames a missing package reference whatever the reason was.
/// </summary>
internal static class TorchLibraries
{
    private const string Libtorch = "torch_cpu";
    private const string Bindings = "LibTorchSharp";

    /// <summary>Whether something in this process has loaded libtorch; where that cannot be told, no.</summary>
    public static bool AreLoaded() =>
        OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/maps")
            .Any(line => line.EndsWith($"/{FileName(Libtorch)}", StringComparison.Ordinal));

    /// <returns>The handle of libtorch's CPU library.</returns>
    /// <exception cref="TorchUnavailableException">The loader refused one of the libraries.</exception>
    public static nint Load()
    {
        nint libtorch = Load(Libtorch);
        _ = Load(Bindings);
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException)
        {
            throw new TorchUnavailableException(
                $"TorchSharp cannot start though its libraries were loaded: {e.GetBaseException().Message}", e);
        }
        return libtorch;
    }

    /// <summary>The one message that a user gets. Pure, but for looking at files and asking the loader again.</summary>
    internal static TorchUnavailableException Refusal(string fileName, IEnumerable<string> folders)
    {
        string[] searched = [.. folders.Distinct()];
        string? path = Array.Find([.. searched.Select(folder => Path.Combine(folder, fileName))], File.Exists);
        if (path is null)
        {
            return new TorchUnavailableException(
                $"libtorch cannot be loaded: `{fileName}` is in none of [{string.Join(", ", searched)}]. "
                + $"Build or publish for this platform ({RuntimeInformation.RuntimeIdentifier}), "
                + "and keep the output folder whole.");
        }
        string reason = WhatTheLoaderSays(path);
        return new TorchUnavailableException(
            $"libtorch cannot be loaded: `{path}` was refused: {reason}. {Advice(reason)}");
    }

    private static nint Load(string name) =>
        NativeLibrary.TryLoad(name, typeof(torch).Assembly, searchPath: null, out nint handle)
            ? handle
            : throw Refusal(FileName(name), Folders());

    private static string FileName(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";

    /// <summary>Where the host looks for native libraries.</summary>
    private static IEnumerable<string> Folders()
    {
        string fromHost = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        string runtimes = Path.Combine(
            AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        return fromHost.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(runtimes)
            .Append(AppContext.BaseDirectory);
    }

    /// <summary>.NET's message begins with general advice; the loader's own words are its last line.</summary>
    private static string WhatTheLoaderSays(string path)
    {
        try
        {
            _ = NativeLibrary.Load(path);
            return "the loader found it only by its full path, not where it looks by itself";
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return e.Message.TrimEnd().Split('\n')[^1].Trim().TrimEnd('.');
        }
    }

    private static string Advice(string reason) => reason switch
    {
        _ when reason.Contains("GLIBCXX_", StringComparison.Ordinal) =>
            "Build with this repository's build files, which adapt the library to an older libstdc++, "
            + "or install a newer one.",
        _ when reason.Contains("GLIBC_", StringComparison.Ordinal) =>
            "This system's C library is too old: use Debian 12, Ubuntu 22.04 or newer.",
        _ when reason.Contains("cannot open shared object file", StringComparison.Ordinal) =>
            "Install the library that is named, or copy the whole output folder if it is one of libtorch's own.",
        _ => "The file may be damaged: clear it from the NuGet cache, restore and build again.",
    };
}
