using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace Orchestrator.Actors.Serialization;

/// <summary>
/// Messages on a pipe: the length as four bytes, the least first, and then as many bytes of protobuf. A stream that ends, were
/// it in the middle of a message, means that whoever wrote is gone: how it ended is known elsewhere.
/// </summary>
internal static class RankFrames
{
    /// <summary>Far more than any message has (a program for each of a thousand matrices), and little enough to be read whole.</summary>
    public const int BytesMax = 4 << 20;

    private const int HeaderBytes = sizeof(int);

    /// <exception cref="IOException">Nobody reads any more.</exception>
    /// <exception cref="ArgumentException">The message is longer than a frame may be.</exception>
    public static void Write(Stream stream, IMessage message)
    {
        int length = message.CalculateSize();
        if (length > BytesMax)
            throw new ArgumentException($"A message of {length} bytes does not fit a frame of {BytesMax}.", nameof(message));
        byte[] frame = new byte[HeaderBytes + length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, length);
        message.WriteTo(frame.AsSpan(HeaderBytes));
        stream.Write(frame);
        stream.Flush();
    }

    /// <returns>False: the stream has ended.</returns>
    /// <exception cref="InvalidDataException">The stream holds something else than messages.</exception>
    public static bool TryRead<T>(Stream stream, MessageParser<T> parser, [NotNullWhen(true)] out T? message)
        where T : class, IMessage<T>
    {
        message = null;
        byte[] header = new byte[HeaderBytes];
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
            return false;
        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < 0 or > BytesMax)
            throw new InvalidDataException($"A frame of {length} bytes is none: at most {BytesMax} are allowed.");
        byte[] body = new byte[length];
        if (stream.ReadAtLeast(body, length, throwOnEndOfStream: false) < length)
            return false;
        try
        {
            message = parser.ParseFrom(body);
            return true;
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new InvalidDataException($"A frame of {length} bytes holds no `{typeof(T).Name}`.", exception);
        }
    }
}
