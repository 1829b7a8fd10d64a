using System.Runtime.InteropServices;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>
/// What is still to be sent on one connection, in order: headers, copied, and payloads, in the memory of whoever sends.
/// </summary>
internal sealed unsafe class SendLane(Connection connection) : IDisposable
{
    /// <summary>So many chunks may be under way to a peer before a sender has to wait; a power of two.</summary>
    public const int Capacity = 64;

    /// <summary>
    /// What one call hands to the kernel, so that receiving gets its turn in between. With a quarter of it, half a MiB takes more
    /// calls, and an AllReduce of 1 MiB a third longer; with four times as much nothing was gained.
    /// </summary>
    public const int CallBytesMax = 1 << 20;

    private readonly byte* _headers = (byte*)NativeMemory.AlignedAlloc(Capacity * DataFrame.Bytes, 64);
    private readonly Parcel[] _parcels = new Parcel[Capacity];
    private int _first;
    private int _count;

    public Connection Connection => connection;

    public bool IsIdle => _count == 0;

    /// <summary>The peer no longer takes anything.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Puts a frame at the end of the queue, which must have room.</summary>
    /// <param name="frame">Its header.</param>
    /// <param name="payload">Stays where it is until the frame is sent.</param>
    /// <param name="bytes">Of the payload.</param>
    /// <param name="chunk">Told to <see cref="Push"/>'s caller when the frame is sent.</param>
    public void Add(in DataFrame frame, nint payload, long bytes, int chunk)
    {
        int slot = (_first + _count) % Capacity;
        frame.Write(new Span<byte>(_headers + (slot * DataFrame.Bytes), DataFrame.Bytes));
        _parcels[slot] = new Parcel { Payload = (byte*)payload, Bytes = bytes + DataFrame.Bytes, Chunk = chunk };
        _count++;
    }

    /// <summary>Sends what the kernel has room for, within bounds.</summary>
    /// <param name="chunksSent">Where chunks whose last frame here is sent are reported.</param>
    /// <returns>Whether anything was sent.</returns>
    public bool Push(ChunksUnderWay chunksSent)
    {
        long moved = 0;
        while (_count > 0 && moved < CallBytesMax && !IsGone)
        {
            nint sent = SendPartOf(_first);
            if (sent == Posix.WouldBlock)
                break;
            if (sent == Posix.Gone)
            {
                IsGone = true;
                break;
            }

            moved += sent;
            ref Parcel parcel = ref _parcels[_first];
            parcel.Sent += sent;
            if (parcel.Sent < parcel.Bytes)
                continue;
            chunksSent.PartSent(parcel.Chunk);
            parcel = default;
            _first = (_first + 1) % Capacity;
            _count--;
        }

        return moved > 0;
    }

    /// <summary>Forgets all that is not sent. The connection is of no further use if a frame was half sent.</summary>
    public void Clear()
    {
        Array.Clear(_parcels);
        _count = 0;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_headers);
        connection.Dispose();
    }

    private nint SendPartOf(int slot)
    {
        ref Parcel parcel = ref _parcels[slot];
        long payloadSent = Math.Max(parcel.Sent - DataFrame.Bytes, 0);
        Posix.Part* parts = stackalloc Posix.Part[2];
        int count = 0;
        if (parcel.Sent < DataFrame.Bytes)
        {
            byte* header = _headers + (slot * DataFrame.Bytes) + parcel.Sent;
            parts[count++] = new Posix.Part { Address = header, Bytes = (nuint)(DataFrame.Bytes - parcel.Sent) };
        }

        long rest = parcel.Bytes - DataFrame.Bytes - payloadSent;
        if (rest > 0)
        {
            byte* payload = parcel.Payload + payloadSent;
            parts[count++] = new Posix.Part { Address = payload, Bytes = (nuint)Math.Min(rest, CallBytesMax) };
        }

        return Posix.Send(connection.Descriptor, parts, count);
    }

    private struct Parcel
    {
        public byte* Payload;

        /// <summary>With the header.</summary>
        public long Bytes;
        public long Sent;
        public int Chunk;
    }
}
