using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>A ring's name in a fixed number of bytes: as safe against mix-ups as its hash.</summary>
internal static class RingTag
{
    public const int Bytes = SHA256.HashSizeInBytes;

    public static byte[] Of(string ring) => SHA256.HashData(Encoding.UTF8.GetBytes(ring));

    /// <summary>The start of it, for frames on connections whose ends have compared the whole.</summary>
    public static ulong ShortOf(string ring) => BinaryPrimitives.ReadUInt64LittleEndian(Of(ring));
}
