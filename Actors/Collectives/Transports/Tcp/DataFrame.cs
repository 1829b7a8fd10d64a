using System.Buffers.Binary;
using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>What stands before the bytes of a chunk, or of a stripe of one, on the wire.</summary>
/// <remarks>
/// 64 bytes, little-endian. The receiver knows each of them beforehand and takes the payload only if all are as expected.
/// <code>
///  0 magic u32     8 token i64       24 ordinal i64   40 start i64    52 from u16
///  4 version u8   16 operation i64   32 length i64    48 count i32    54 to u16
///  5 kind u8                                                          56 ring u64
///  6 element type u8
///  7 stripe u8
/// </code>
/// </remarks>
/// <param name="Link">Between whom.</param>
/// <param name="Operation">Of the sender, from 0.</param>
/// <param name="Ordinal">How many chunks this sender has sent to this receiver before.</param>
/// <param name="Stripe">Which part of the chunk, from 0.</param>
/// <param name="Envelope">What the chunk says of itself.</param>
internal readonly record struct DataFrame(FrameLink Link, long Operation, long Ordinal, byte Stripe, Envelope Envelope)
{
    public const int Bytes = 64;

    public void Write(Span<byte> header)
    {
        FramePrefix.Write(header, FrameKind.Data, Link);
        header[6] = (byte)Envelope.Type;
        header[7] = Stripe;
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], Operation);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], Ordinal);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], Envelope.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], Envelope.Start);
        BinaryPrimitives.WriteInt32LittleEndian(header[48..], Envelope.Count);
    }

    /// <summary>Why a header is not the one that is expected; null if it is.</summary>
    /// <param name="header">64 bytes that have arrived.</param>
    public RingFailure? FaultOf(ReadOnlySpan<byte> header)
    {
        Span<byte> expected = stackalloc byte[Bytes];
        Write(expected);
        return header.SequenceEqual(expected) ? null : Explain(header);
    }

    private RingFailure Explain(ReadOnlySpan<byte> header)
    {
        if (FramePrefix.FaultOf(header, Link) is { } fault)
            return fault;
        if ((FrameKind)header[5] != FrameKind.Data)
            return TcpFailure.Garbage(Link.From, $"a frame of kind {header[5]} among its data");
        if (!Enum.IsDefined((ElementType)header[6]))
            return TcpFailure.Garbage(Link.From, $"elements of type {header[6]}");

        long operation = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        if (operation != Operation)
            return Disagreement($"is in operation {operation}, rank {Link.To} in {Operation}");
        long ordinal = BinaryPrimitives.ReadInt64LittleEndian(header[24..]);
        if (ordinal != Ordinal || header[7] != Stripe)
            return TcpFailure.Garbage(Link.From, $"chunk {ordinal}, stripe {header[7]}, instead of chunk {Ordinal}, stripe {Stripe}");

        Envelope arrived = new(
            (ElementType)header[6],
            BinaryPrimitives.ReadInt64LittleEndian(header[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[40..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[48..]));
        return Disagreement($"sends {arrived}, rank {Link.To} expects {Envelope}");
    }

    private RingFailure Disagreement(string what) => RingFailure.Mismatch(Link.From, $"rank {Link.From} {what}");
}
