using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>What ranks tell each other beside the data, on a connection of its own: it never waits behind a chunk.</summary>
/// <remarks>
/// 64 bytes, little-endian, and then at most 256 bytes of text, UTF-8. Prefix as in <see cref="DataFrame"/>, and
/// <code>
///  6 failure u8       16 operation i64    32 rank i32          40 zero
///  7 retry helps u8   24 zero             36 text bytes i32
/// </code>
/// </remarks>
/// <param name="Kind">All but data.</param>
/// <param name="Operation">
/// Abort: the first operation that fails, −1 for all. Leave: operations done. Query: the operation that is asked about. Progress:
/// operations begun.
/// </param>
/// <param name="Rank">Abort: where the failure began. Progress: for whom the sender waits, −1 for nobody. Otherwise −1.</param>
/// <param name="Failure">Of an abort.</param>
/// <param name="RetryHelps">Of an abort.</param>
/// <param name="Text">Of an abort: a clause.</param>
internal readonly record struct ControlFrame(
    FrameKind Kind, long Operation, int Rank, CollectiveFailure Failure = default, bool RetryHelps = false, string Text = "")
{
    public const int HeaderBytes = 64;
    public const int TextBytesMax = 256;
    public const int BytesMax = HeaderBytes + TextBytesMax;

    public static ControlFrame Abort(RingFailure failure) =>
        new(FrameKind.Abort, failure.FromOperation, failure.Rank, failure.Kind, failure.RetryHelps, failure.What);

    public RingFailure ToFailure() => new(Failure, Rank, RetryHelps, Text) { FromOperation = Operation };

    /// <returns>Bytes written.</returns>
    /// <param name="frame">Of at least <see cref="BytesMax"/> bytes.</param>
    public int Write(Span<byte> frame, in FrameLink link)
    {
        frame[..HeaderBytes].Clear();
        FramePrefix.Write(frame, Kind, link);
        frame[6] = (byte)Failure;
        frame[7] = RetryHelps ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt64LittleEndian(frame[16..], Operation);
        BinaryPrimitives.WriteInt32LittleEndian(frame[32..], Rank);
        // Stops before a character for which there is no room.
        Encoding.UTF8.GetEncoder().Convert(
            Text, frame.Slice(HeaderBytes, TextBytesMax), flush: true, out _, out int textBytes, out _);
        BinaryPrimitives.WriteInt32LittleEndian(frame[36..], textBytes);
        return HeaderBytes + textBytes;
    }

    /// <summary>Reads the frame at the start of what has arrived.</summary>
    /// <param name="arrived">Bytes of the connection; more may follow.</param>
    /// <param name="link">On which it arrived.</param>
    /// <param name="worldSize">Ranks of the ring.</param>
    /// <param name="frame">What was read.</param>
    /// <param name="fault">Why this is no frame.</param>
    /// <returns>Bytes read; 0 if the frame is not complete yet, or there is a fault.</returns>
    public static int Read(
        ReadOnlySpan<byte> arrived, in FrameLink link, int worldSize, out ControlFrame frame, out RingFailure? fault)
    {
        frame = default;
        fault = null;
        if (arrived.Length < HeaderBytes)
            return 0;
        ReadOnlySpan<byte> header = arrived[..HeaderBytes];
        if (!TryReadHeader(header, link, worldSize, out frame, out fault))
            return 0;

        int textBytes = BinaryPrimitives.ReadInt32LittleEndian(header[36..]);
        if (arrived.Length < HeaderBytes + textBytes)
            return 0;
        frame = frame with { Text = Printable(arrived.Slice(HeaderBytes, textBytes)) };
        return HeaderBytes + textBytes;
    }

    private static bool TryReadHeader(
        ReadOnlySpan<byte> header, in FrameLink link, int worldSize, out ControlFrame frame, [NotNullWhen(false)] out RingFailure? fault)
    {
        frame = new ControlFrame(
            (FrameKind)header[5],
            BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[32..]),
            (CollectiveFailure)header[6],
            header[7] == 1);
        fault = FramePrefix.FaultOf(header, link);
        if (fault is null && WhatIsWrong(header, frame, worldSize) is { } what)
            fault = TcpFailure.Garbage(link.From, what);
        return fault is null;
    }

    private static string? WhatIsWrong(ReadOnlySpan<byte> header, in ControlFrame frame, int worldSize)
    {
        bool isAbort = frame.Kind == FrameKind.Abort;
        int textBytes = BinaryPrimitives.ReadInt32LittleEndian(header[36..]);
        if (frame.Kind is not (FrameKind.Abort or FrameKind.Leave or FrameKind.Query or FrameKind.Progress))
            return $"a frame of kind {(byte)frame.Kind} beside its data";
        if (textBytes < 0 || textBytes > (isAbort ? TextBytesMax : 0))
            return $"a text of {textBytes} bytes";
        if (frame.Operation < RingFailure.FromTheJoin)
            return $"operation {frame.Operation}";
        if (frame.Rank < (isAbort ? 0 : -1) || frame.Rank >= worldSize)
            return $"rank {frame.Rank} of {worldSize}";
        if (isAbort ? !Enum.IsDefined(frame.Failure) : header[6] != 0)
            return $"a failure of kind {header[6]}";
        bool restIsZero = header[7] <= (isAbort ? 1 : 0) && !header[24..32].ContainsAnyExcept((byte)0)
            && !header[40..52].ContainsAnyExcept((byte)0);
        return restIsZero ? null : "a frame with bytes set that mean nothing";
    }

    /// <summary>What a peer says goes into messages and logs: without characters that could forge a line of them.</summary>
    private static string Printable(ReadOnlySpan<byte> text) =>
        string.Concat(Encoding.UTF8.GetString(text).Select(character => char.IsControl(character) ? ' ' : character));
}
