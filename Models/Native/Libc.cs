using System.Runtime.InteropServices;

namespace Orchestrator.Models.Native;

/// <summary>The C library's calls that .NET has no equal of.</summary>
internal static partial class Libc
{
    public const int Read = 1;
    public const int Write = 2;
    public const int Execute = 4;

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetEnvironmentVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    public static partial int Protect(nint address, nuint length, int protection);

    public static string LastError() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
}
