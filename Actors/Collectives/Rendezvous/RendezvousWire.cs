using System.Buffers.Binary;
using System.Text;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Collectives.Rendezvous;

/// <summary>What passes between a rendezvous and its visitors after the handshake: lines, and one frame of failure.</summary>
/// <remarks>
/// A line is its number of bytes (u16, little-endian) and as much UTF-8. A visitor sends its address. The answer is a byte: 1, and a
/// line for each rank, in order; or 2, and a <see cref="ControlFrame"/> that says why there is no list.
/// </remarks>
internal static class RendezvousWire
{
    public const byte ListFollows = 1;
    public const byte FailureFollows = 2;

    /// <summary>No character has more than three bytes in UTF-8 (those of four count twice).</summary>
    private const int LineBytesMax = 3 * RendezvousLimits.AddressCharactersMax;

    /// <summary>Exchanges messages until the two sides know what to think of each other.</summary>
    public static async Task ShakeHandsAsync(Stream wire, Handshake handshake, CancellationToken until)
    {
        byte[] message = new byte[Handshake.MessageBytes];
        while (true)
        {
            await wire.WriteAsync(handshake.Outbox, until);
            if (handshake.IsOver)
                return;
            await wire.ReadExactlyAsync(message, until);
            handshake.Take(message);
        }
    }

    public static async Task WriteLineAsync(Stream wire, string line, CancellationToken until) =>
        await wire.WriteAsync(Line(line), until);

    public static async Task WriteListAsync(Stream wire, IEnumerable<string> lines, CancellationToken until) =>
        await wire.WriteAsync((byte[])[ListFollows, .. lines.SelectMany(Line)], until);

    private static byte[] Line(string text)
    {
        byte[] line = new byte[sizeof(ushort) + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteUInt16LittleEndian(line, (ushort)(line.Length - sizeof(ushort)));
        _ = Encoding.UTF8.GetBytes(text, line.AsSpan(sizeof(ushort)));
        return line;
    }

    /// <exception cref="InvalidDataException">It is no line that a member writes.</exception>
    public static async Task<string> ReadLineAsync(Stream wire, CancellationToken until)
    {
        byte[] length = new byte[sizeof(ushort)];
        await wire.ReadExactlyAsync(length, until);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(length);
        if (count > LineBytesMax)
            throw new InvalidDataException($"a line of {count} bytes");
        byte[] bytes = new byte[count];
        await wire.ReadExactlyAsync(bytes, until);
        string line = Encoding.UTF8.GetString(bytes);
        return RendezvousLimits.IsAddress(line) ? line : throw new InvalidDataException("a line that is no address");
    }

    public static async Task WriteFailureAsync(Stream wire, RingFailure failure, FrameLink link, CancellationToken until)
    {
        byte[] frame = new byte[1 + ControlFrame.BytesMax];
        frame[0] = FailureFollows;
        int written = ControlFrame.Abort(failure).Write(frame.AsSpan(1), link);
        await wire.WriteAsync(frame.AsMemory(0, 1 + written), until);
    }

    /// <exception cref="InvalidDataException">It is no failure that a member writes.</exception>
    public static async Task<RingFailure> ReadFailureAsync(Stream wire, FrameLink link, int worldSize, CancellationToken until)
    {
        byte[] frame = new byte[ControlFrame.BytesMax];
        await wire.ReadExactlyAsync(frame.AsMemory(0, ControlFrame.HeaderBytes), until);
        for (int read = ControlFrame.HeaderBytes; read <= frame.Length; read++)
        {
            if (ControlFrame.Read(frame.AsSpan(0, read), link, worldSize, out ControlFrame abort, out RingFailure? fault) > 0)
                return abort.Kind == FrameKind.Abort ? abort.ToFailure() : throw new InvalidDataException("a frame of another kind");
            if (fault is not null)
                throw new InvalidDataException(fault.What);
            if (read < frame.Length)
                await wire.ReadExactlyAsync(frame.AsMemory(read, 1), until);
        }

        throw new InvalidDataException("a frame without end");
    }
}
