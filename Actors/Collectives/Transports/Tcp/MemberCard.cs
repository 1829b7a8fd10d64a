using System.Buffers.Binary;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>How a member introduces itself on a new connection. Both sides hand over one, and each checks the other's.</summary>
/// <param name="Ring">The hash of the ring's name, 32 bytes.</param>
/// <param name="Token">The epoch.</param>
/// <param name="WorldSize">Ranks, as this member counts them.</param>
/// <param name="From">Its rank.</param>
/// <param name="To">The rank that it wants to speak to.</param>
/// <param name="Connection">Which of the connections between the two this one is; 0 is the one beside the data.</param>
/// <param name="Connections">How many there are.</param>
/// <param name="StripeBytes">Chunks that are longer are cut into stripes.</param>
/// <param name="Machine">Names the machine, 16 bytes.</param>
/// <param name="Nonce">Fresh for each connection, 32 bytes: no proof can be used twice.</param>
internal sealed record MemberCard(
    byte[] Ring, long Token, int WorldSize, int From, int To, int Connection, int Connections, long StripeBytes, byte[] Machine, byte[] Nonce)
{
    public const int Bytes = 120;
    public const int MachineBytes = 16;
    public const int NonceBytes = 32;

    public void Write(Span<byte> card)
    {
        Ring.CopyTo(card);
        BinaryPrimitives.WriteInt64LittleEndian(card[32..], Token);
        BinaryPrimitives.WriteInt32LittleEndian(card[40..], WorldSize);
        BinaryPrimitives.WriteInt32LittleEndian(card[44..], From);
        BinaryPrimitives.WriteInt32LittleEndian(card[48..], To);
        BinaryPrimitives.WriteUInt16LittleEndian(card[52..], (ushort)Connection);
        BinaryPrimitives.WriteUInt16LittleEndian(card[54..], (ushort)Connections);
        BinaryPrimitives.WriteInt64LittleEndian(card[56..], StripeBytes);
        Machine.CopyTo(card[64..]);
        Nonce.CopyTo(card[80..]);
        card[112..Bytes].Clear();
    }

    /// <summary>Reads what may be anything: the values are for comparison only.</summary>
    public static MemberCard Read(ReadOnlySpan<byte> card) => new(
        card[..32].ToArray(),
        BinaryPrimitives.ReadInt64LittleEndian(card[32..]),
        BinaryPrimitives.ReadInt32LittleEndian(card[40..]),
        BinaryPrimitives.ReadInt32LittleEndian(card[44..]),
        BinaryPrimitives.ReadInt32LittleEndian(card[48..]),
        BinaryPrimitives.ReadUInt16LittleEndian(card[52..]),
        BinaryPrimitives.ReadUInt16LittleEndian(card[54..]),
        BinaryPrimitives.ReadInt64LittleEndian(card[56..]),
        card[64..80].ToArray(),
        card[80..112].ToArray());
}
