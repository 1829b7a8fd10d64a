using System.Buffers;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Orchestrator.Actors.Collectives.Transports.SharedMemory;

/// <summary>
/// The memory of one ring in one epoch, mapped by one rank.
/// </summary>
/// <remarks>
/// <para>
/// A file in <c>/dev/shm</c> that only this user may open. It gets its name when it is complete and locked, and loses it as
/// soon as all ranks have it open, so that nothing is left of a ring whose ranks are killed. Killed before, they leave a
/// file that nobody has locked: whoever makes the next segment removes it.
/// </para>
/// <para>
/// Each rank locks its own byte of the file for as long as it has it open. The kernel ends the lock with the process, however
/// it dies, and whatever its process number means to others: so the ranks see that one is gone.
/// </para>
/// </remarks>
internal sealed unsafe class SharedSegment : IDisposable
{
    private const string Directory = "/dev/shm";
    private const string Prefix = "orchestrator-ring-";
    private const uint OwnerOnly = 0x180;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private readonly int _file;
    private readonly int _rank;
    private byte* _start;

    private SharedSegment(int file, int rank, byte* start, SegmentLayout layout)
    {
        _file = file;
        _rank = rank;
        _start = start;
        Layout = layout;
    }

    public SegmentLayout Layout { get; }

    public byte* Start => _start;

    /// <summary>Makes a segment and its name. The maker is rank 0.</summary>
    /// <exception cref="IOException">There is no room, or no permission.</exception>
    public static SharedSegment Create(SegmentLayout layout, out string name)
    {
        if (!LinuxCalls.AreHere)
            throw new PlatformNotSupportedException("Ranks share memory on Linux only, x64 or arm64.");
        RemoveAbandoned();
        int file = LinuxCalls.Open(Directory, LinuxCalls.Nameless | LinuxCalls.ReadWrite | LinuxCalls.CloseOnExec, OwnerOnly);
        if (file < 0)
            throw Failure($"cannot make a file in {Directory}");
        try
        {
            if (LinuxCalls.SetLength(file, layout.Bytes) < 0)
                throw Failure("cannot size the shared memory");
            Reserve(file, 0, layout.RingsAt);
            SharedSegment segment = new(file, rank: 0, Map(file, layout.Bytes), layout);
            try
            {
                byte[] nonce = RandomNumberGenerator.GetBytes(sizeof(ulong));
                *(long*)(segment.Start + SegmentLayout.MagicAt) = SegmentLayout.Magic;
                *(int*)(segment.Start + SegmentLayout.WorldSizeAt) = layout.WorldSize;
                *(int*)(segment.Start + SegmentLayout.RingBytesAt) = layout.RingBytes;
                *(ulong*)(segment.Start + SegmentLayout.NonceAt) = BitConverter.ToUInt64(nonce);
                segment.LockOwnByte();
                name = Prefix + Convert.ToHexStringLower(nonce);
                if (LinuxCalls.Name(file, PathOf(name)) < 0)
                    throw Failure("cannot name the shared memory");
                return segment;
            }
            catch
            {
                segment.Unmap();
                throw;
            }
        }
        catch
        {
            _ = LinuxCalls.Close(file);
            throw;
        }
    }

    /// <summary>Opens the segment that rank 0 has made.</summary>
    /// <exception cref="IOException">It is not there, or not what it should be.</exception>
    public static SharedSegment Open(string name, int rank, SegmentLayout layout)
    {
        if (!IsName(name))
            throw new IOException($"`{name}` is not the name of a shared memory.");
        int file = LinuxCalls.Open(PathOf(name), LinuxCalls.ReadWrite | LinuxCalls.CloseOnExec, 0);
        if (file < 0)
            throw Failure($"cannot open {PathOf(name)}");
        try
        {
            CheckLength(file, layout, name);
            SharedSegment segment = new(file, rank, Map(file, layout.Bytes), layout);
            try
            {
                segment.CheckHeader(name);
                segment.LockOwnByte();
                return segment;
            }
            catch
            {
                segment.Unmap();
                throw;
            }
        }
        catch
        {
            _ = LinuxCalls.Close(file);
            throw;
        }
    }

    /// <summary>
    /// Takes the name away; the memory stays for those who have it. Nothing happens if it has none any more, or if it is not
    /// the name of a memory.
    /// </summary>
    public static void RemoveName(string name)
    {
        if (IsName(name))
            _ = LinuxCalls.Unlink(PathOf(name));
    }

    /// <summary>Removes what killed rings have left: files of ours that no living process has locked.</summary>
    public static void RemoveAbandoned()
    {
        foreach (string path in System.IO.Directory.EnumerateFiles(Directory, Prefix + "*"))
        {
            int file = LinuxCalls.Open(path, LinuxCalls.ReadWrite | LinuxCalls.CloseOnExec, 0);
            if (file < 0)
                continue;
            if (!LinuxCalls.IsLocked(file, 0, length: 0))
                _ = LinuxCalls.Unlink(path);
            _ = LinuxCalls.Close(file);
        }
    }

    /// <summary>Whether the rank has the segment open. Not to be asked of oneself.</summary>
    public bool IsAlive(int rank) => LinuxCalls.IsLocked(_file, rank, length: 1);

    /// <summary>Has the system set the memory of a ring aside: to find at the first write that there is none would be fatal.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public void ReserveRing(int from, int to) => Reserve(_file, Layout.RingAt(from, to), Layout.RingBytes);

    public void Dispose()
    {
        if (_start == null)
            return;
        Unmap();
        _ = LinuxCalls.Close(_file);
    }

    private static bool IsName(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.AsSpan(Prefix.Length).IndexOfAnyExcept(HexDigits) < 0;

    private static string PathOf(string name) => $"{Directory}/{name}";

    private static byte* Map(int file, long bytes)
    {
        nint start = LinuxCalls.Map(file, (nuint)bytes);
        return start != -1 ? (byte*)start : throw Failure("cannot map the shared memory");
    }

    private static void Reserve(int file, long at, long bytes)
    {
        int error = LinuxCalls.Reserve(file, at, bytes);
        if (error == LinuxCalls.NoSpace)
            throw new IOException($"{Directory} is full: {bytes} bytes more were needed.");
        if (error != 0)
            throw Failure("cannot reserve shared memory", error);
    }

    private static void CheckLength(int file, SegmentLayout layout, string name)
    {
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(file, ownsHandle: false);
        long length = RandomAccess.GetLength(handle);
        if (length != layout.Bytes)
            throw new IOException($"{PathOf(name)} has {length} bytes, expected are {layout.Bytes}: the ranks disagree on their number or options.");
    }

    private static IOException Failure(string what) => Failure(what, Marshal.GetLastPInvokeError());

    private static IOException Failure(string what, int error) =>
        new($"Shared memory: {what}: {new Win32Exception(error).Message}.");

    private void CheckHeader(string name)
    {
        if (*(long*)(_start + SegmentLayout.MagicAt) != SegmentLayout.Magic
            || *(int*)(_start + SegmentLayout.WorldSizeAt) != Layout.WorldSize
            || *(int*)(_start + SegmentLayout.RingBytesAt) != Layout.RingBytes)
        {
            throw new IOException($"{PathOf(name)} is not the memory of a ring of {Layout.WorldSize} ranks.");
        }
    }

    private void LockOwnByte()
    {
        if (!LinuxCalls.TryLock(_file, _rank))
            throw Failure($"rank {_rank} is there already");
    }

    private void Unmap()
    {
        _ = LinuxCalls.Unmap((nint)_start, (nuint)Layout.Bytes);
        _start = null;
    }
}
