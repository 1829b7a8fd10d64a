using System.Runtime.InteropServices;

namespace Orchestrator.Actors.Collectives.Transports.SharedMemory;

/// <summary>What .NET does not offer of Linux, on 64-bit machines: files without a name, open-file locks, futexes.</summary>
internal static partial class LinuxCalls
{
    public const int ReadWrite = 0x2;
    public const int CloseOnExec = 0x80000;

    /// <summary>A file that has no name yet, and vanishes when nobody has it open.</summary>
    public static int Nameless { get; } = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x404000 : 0x410000;

    public const int NoEntry = 2;
    public const int Exists = 17;
    public const int NoSpace = 28;

    private const int CurrentDirectory = -100;
    private const int FollowLinks = 0x400;
    private const int ReadWriteProtection = 0x3;
    private const int Shared = 0x1;
    private const int TestOpenFileLock = 36;
    private const int SetOpenFileLock = 37;
    private const short WriteLock = 1;
    private const short Unlocked = 2;
    private const int AllowDebugger = 0x59616d61;
    private const nint AnyProcess = -1;
    private const int FutexWaitOperation = 0;
    private const int FutexWakeOperation = 1;

    private static readonly nint FutexCall = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 98 : 202;

    public static bool AreHere => OperatingSystem.IsLinux()
        && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <returns>A file descriptor; −1: see <see cref="Marshal.GetLastPInvokeError"/>.</returns>
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SetLength(int file, long length);

    /// <summary>Has the file system set aside what a write would need later, and could then fail to find.</summary>
    /// <returns>0, or the error itself.</returns>
    [LibraryImport("libc", EntryPoint = "posix_fallocate")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Reserve(int file, long offset, long length);

    public static nint Map(int file, nuint length) => MapFile(0, length, ReadWriteProtection, Shared, file, 0);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Unmap(nint start, nuint length);

    /// <summary>Gives a nameless file its name; fails with <see cref="Exists"/> if it is taken.</summary>
    public static int Name(int file, string path) =>
        Link(CurrentDirectory, $"/proc/self/fd/{file}", CurrentDirectory, path, FollowLinks);

    /// <summary>Locks one byte of the file for this open file, until it is closed or the process dies.</summary>
    public static bool TryLock(int file, long at)
    {
        var wanted = new FileLock { Kind = WriteLock, Start = at, Length = 1 };
        return Control(file, SetOpenFileLock, ref wanted) == 0;
    }

    /// <summary>Whether another open file holds a lock on any of these bytes.</summary>
    /// <param name="length">0: to the end.</param>
    public static bool IsLocked(int file, long at, long length)
    {
        var wanted = new FileLock { Kind = WriteLock, Start = at, Length = length };
        return Control(file, TestOpenFileLock, ref wanted) == 0 && wanted.Kind != Unlocked;
    }

    /// <summary>Sleeps while the word has this value, for so long at most; may wake without a reason.</summary>
    public static unsafe void FutexWait(uint* word, uint value, TimeSpan atMost)
    {
        var time = new TimeSpec
        {
            Seconds = (long)atMost.TotalSeconds,
            Nanoseconds = atMost.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick,
        };
        SystemCall(FutexCall, word, FutexWaitOperation, (nint)value, &time);
    }

    /// <summary>Wakes all that sleep on the word, in whichever process.</summary>
    public static unsafe void FutexWake(uint* word) => SystemCall(FutexCall, word, FutexWakeOperation, int.MaxValue, null);

    /// <summary>Copies out of the memory of another process of this user, as far as the system permits.</summary>
    /// <returns>Whether all of it came.</returns>
    public static unsafe bool TryReadMemory(int process, nint from, Span<byte> target)
    {
        fixed (byte* into = target)
        {
            var local = new MemoryPiece { Start = (nint)into, Length = (nuint)target.Length };
            var remote = new MemoryPiece { Start = from, Length = (nuint)target.Length };
            return ReadMemory(process, &local, 1, &remote, 1, 0) == target.Length;
        }
    }

    /// <summary>Where the system lets only a debugger's children be read, lets any process of this user read this one.</summary>
    public static void AllowReading() => _ = ProcessControl(AllowDebugger, AnyProcess, 0, 0, 0);

    [LibraryImport("libc", EntryPoint = "process_vm_readv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial nint ReadMemory(
        int process, MemoryPiece* local, nuint locals, MemoryPiece* remote, nuint remotes, nuint flags);

    [LibraryImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ProcessControl(int option, nint value, nint unused3, nint unused4, nint unused5);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint MapFile(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(int fromDirectory, string from, int toDirectory, string to, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int file, int command, ref FileLock fileLock);

    [LibraryImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial nint SystemCall(nint call, uint* word, nint operation, nint value, TimeSpec* time);

    /// <summary><c>struct flock</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileLock
    {
        public short Kind;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }

    /// <summary><c>struct iovec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MemoryPiece
    {
        public nint Start;
        public nuint Length;
    }

    /// <summary><c>struct timespec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
