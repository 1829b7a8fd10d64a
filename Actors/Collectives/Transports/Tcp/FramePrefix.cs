using System.Buffers.Binary;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>From whom to whom a frame goes, in which ring and epoch.</summary>
/// <param name="Ring">The ring's tag; see <see cref="RingTag"/>.</param>
/// <param name="Token">The epoch.</param>
/// <param name="From">The sender's rank, &lt; 65,536.</param>
/// <param name="To">The receiver's rank, &lt; 65,536.</param>
internal readonly record struct FrameLink(ulong Ring, long Token, int From, int To);

internal enum FrameKind : byte
{
    /// <summary>A chunk, or a stripe of it, follows.</summary>
    Data = 1,

    /// <summary>The ring has failed.</summary>
    Abort = 2,

    /// <summary>The sender leaves in order.</summary>
    Leave = 3,

    /// <summary>How far are you, and for whom do you wait?</summary>
    Query = 4,

    /// <summary>The answer.</summary>
    Progress = 5,
}

/// <summary>What all frames have in common: magic, version, kind, token, ranks and ring, at fixed places of 64 bytes.</summary>
internal static class FramePrefix
{
    /// <summary>"ORC" and the number of this family of frames.</summary>
    public const uint Magic = 0x3143524F;
    public const byte Version = 1;

    public static void Write(Span<byte> header, FrameKind kind, in FrameLink link)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        header[4] = Version;
        header[5] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], link.Token);
        BinaryPrimitives.WriteUInt16LittleEndian(header[52..], (ushort)link.From);
        BinaryPrimitives.WriteUInt16LittleEndian(header[54..], (ushort)link.To);
        BinaryPrimitives.WriteUInt64LittleEndian(header[56..], link.Ring);
    }

    /// <summary>Why a header does not belong on this link; null if it does.</summary>
    public static RingFailure? FaultOf(ReadOnlySpan<byte> header, in FrameLink link)
    {
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (magic != Magic)
            return TcpFailure.Garbage(link.From, $"a frame that begins with 0x{magic:x8} instead of 0x{Magic:x8}");
        if (header[4] != Version)
            return TcpFailure.Garbage(link.From, $"a frame of version {header[4]} instead of {Version}");
        if (BinaryPrimitives.ReadUInt64LittleEndian(header[56..]) != link.Ring)
            return TcpFailure.Garbage(link.From, "a frame of another ring");
        long token = BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
        if (token != link.Token)
            return TcpFailure.WrongEpoch(link.From, token, link.Token);
        int from = BinaryPrimitives.ReadUInt16LittleEndian(header[52..]);
        int to = BinaryPrimitives.ReadUInt16LittleEndian(header[54..]);
        return (from, to) == (link.From, link.To)
            ? null
            : TcpFailure.Garbage(link.From, $"a frame from rank {from} to rank {to} instead of {link.From} to {link.To}");
    }
}
