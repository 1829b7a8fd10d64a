using System.Runtime.InteropServices;
using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Collectives.Transports.SharedMemory;

/// <summary>What stands before each chunk in a ring. The chunk is padded to the next line.</summary>
/// <param name="operation">The number of the operation.</param>
/// <param name="envelope">What the chunk says of itself.</param>
/// <param name="address">Where the chunk lies in the sender's memory; 0: it follows in the ring.</param>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal readonly struct FrameHeader(long operation, in Envelope envelope, nint address = 0)
{
    /// <summary>A cache line, and the unit of room in a ring.</summary>
    public const int Bytes = 64;

    private const uint Mark = 0x4843_524F;

    [FieldOffset(0)]
    private readonly uint _mark = Mark;

    [FieldOffset(4)]
    private readonly ElementType _type = envelope.Type;

    [FieldOffset(8)]
    private readonly long _operation = operation;

    [FieldOffset(16)]
    private readonly long _length = envelope.Length;

    [FieldOffset(24)]
    private readonly long _start = envelope.Start;

    [FieldOffset(32)]
    private readonly int _count = envelope.Count;

    [FieldOffset(40)]
    private readonly long _address = address;

    public bool IsOne => _mark == Mark && _type <= ElementType.Int64 && _count >= 0;

    public long Operation => _operation;

    public nint Address => (nint)_address;

    /// <summary>Only of one that <see cref="IsOne"/>.</summary>
    public Envelope Envelope => new(_type, _length, _start, _count);

    /// <summary>Bytes that a chunk takes in the ring, without its header.</summary>
    public static long Padded(long bytes) => (bytes + Bytes - 1) / Bytes * Bytes;
}
