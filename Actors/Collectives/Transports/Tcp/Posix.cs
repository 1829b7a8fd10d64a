using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>
/// The few calls of Linux (64-bit) that the managed sockets lack: to wait for several descriptors at once, and to send a header
/// and memory at an address in one go.
/// </summary>
internal static unsafe partial class Posix
{
    public const short PollIn = 0x001;
    public const short PollOut = 0x004;

    /// <summary>POLLERR or POLLHUP, which a poll tells unasked.</summary>
    public const short PollClosed = 0x018;

    /// <summary>Without this flag a write to a connection that the peer has closed kills the process.</summary>
    private const int NoSignal = 0x4000;
    private const int DontWait = 0x40;
    private const int Again = 11;
    private const int Interrupted = 4;

    private const int AddressFamilyUnix = 1;
    private const int StreamCloseOnExec = 1 | 0x80000;
    private const int EventNonBlockingCloseOnExec = 0x800 | 0x80000;
    private const nuint OutputQueue = 0x5411;

    /// <summary>What a call on a connection has come to, if it moved nothing.</summary>
    public const int WouldBlock = 0;
    public const int Gone = -1;

    /// <summary>struct pollfd</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>struct iovec</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Part
    {
        public byte* Address;
        public nuint Bytes;
    }

    /// <summary>struct msghdr</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public void* Name;
        public uint NameBytes;
        public Part* Parts;
        public nuint PartCount;
        public void* Control;
        public nuint ControlBytes;
        public int Flags;
    }

    /// <summary>Sends what the kernel has room for.</summary>
    /// <returns>Bytes sent, &gt; 0; or <see cref="WouldBlock"/>; or <see cref="Gone"/>.</returns>
    public static nint Send(int descriptor, Part* parts, int count)
    {
        MessageHeader header = new() { Parts = parts, PartCount = (nuint)count };
        nint sent;
        do
            sent = SendMessage(descriptor, &header, NoSignal | DontWait);
        while (sent < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        if (sent >= 0)
            return sent;
        return Marshal.GetLastPInvokeError() == Again ? WouldBlock : Gone;
    }

    /// <inheritdoc cref="Send(int, Part*, int)"/>
    public static nint Send(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* address = bytes)
        {
            Part part = new() { Address = address, Bytes = (nuint)bytes.Length };
            return Send(descriptor, &part, 1);
        }
    }

    /// <summary>Receives what has arrived.</summary>
    /// <returns>Bytes received, &gt; 0; or <see cref="WouldBlock"/>; or <see cref="Gone"/>, also at the orderly end.</returns>
    public static nint Receive(int descriptor, byte* target, nuint bytesMax)
    {
        nint received;
        do
            received = ReceiveInto(descriptor, target, bytesMax, DontWait);
        while (received < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        if (received > 0)
            return received;
        return received < 0 && Marshal.GetLastPInvokeError() == Again ? WouldBlock : Gone;
    }

    /// <inheritdoc cref="Receive(int, byte*, nuint)"/>
    public static nint Receive(int descriptor, Span<byte> target)
    {
        fixed (byte* address = target)
            return Receive(descriptor, address, (nuint)target.Length);
    }

    /// <summary>Waits until one of the entries is ready; each then says in <see cref="PollEntry.Returned"/> for what.</summary>
    /// <returns>Whether any is.</returns>
    public static bool Poll(Span<PollEntry> entries, TimeSpan timeout)
    {
        int timeoutMs = (int)Math.Min(Math.Ceiling(timeout.TotalMilliseconds), int.MaxValue);
        fixed (PollEntry* first = entries)
        {
            int ready = PollAll(first, (nuint)entries.Length, timeoutMs);
            if (ready >= 0)
                return ready > 0;
            if (Marshal.GetLastPInvokeError() != Interrupted)
                throw new Win32Exception(Marshal.GetLastPInvokeError());
        }

        // What a call that was interrupted has left behind says nothing.
        foreach (ref PollEntry entry in entries)
            entry.Returned = 0;
        return false;
    }

    /// <summary>Two ends of a stream within this process.</summary>
    public static (int, int) Pair()
    {
        int* ends = stackalloc int[2];
        return SocketPair(AddressFamilyUnix, StreamCloseOnExec, 0, ends) == 0
            ? (ends[0], ends[1])
            : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>A descriptor that <see cref="Ring"/> makes readable, by any thread, until it is silenced.</summary>
    public static int Bell()
    {
        int descriptor = EventDescriptor(0, EventNonBlockingCloseOnExec);
        return descriptor >= 0 ? descriptor : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>See <see cref="Bell"/>.</summary>
    public static void Ring(int bell)
    {
        ulong one = 1;
        // It fails only when the counter is full: then the descriptor is readable anyway.
        _ = Write(bell, &one, sizeof(ulong));
    }

    /// <summary>See <see cref="Bell"/>.</summary>
    public static void Silence(int bell)
    {
        ulong rings;
        // It fails only when nobody has rung.
        _ = Read(bell, &rings, sizeof(ulong));
    }

    public static void CloseDescriptor(int descriptor) => _ = Close(descriptor);

    /// <summary>Bytes that the peer's machine has not acknowledged yet.</summary>
    public static int Unacknowledged(int descriptor)
    {
        int bytes = 0;
        return Control(descriptor, OutputQueue, &bytes) == 0 ? bytes : 0;
    }

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SendMessage(int descriptor, MessageHeader* header, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ReceiveInto(int descriptor, byte* target, nuint bytesMax, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int PollAll(PollEntry* entries, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SocketPair(int family, int type, int protocol, int* ends);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Write(int descriptor, void* source, nuint bytes);

    [LibraryImport("libc", EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Read(int descriptor, void* target, nuint bytes);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int descriptor, nuint request, int* argument);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
