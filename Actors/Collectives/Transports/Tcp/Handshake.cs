using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>How two members find out that they belong together, before any data flows. No sockets: bytes in, bytes out.</summary>
/// <remarks>
/// <code>
///   connector                                      acceptor
///       │ ──── Hello: card ─────────────────────────▶ │
///       │ ◀─── Challenge: card, MAC of both cards ─── │
///       │ ──── Proof: MAC of both cards ────────────▶ │   whoever finds a fault answers
///       │ ◀─── Welcome ────────────────────────────── │   with a Refusal instead
/// </code>
/// <para>
/// The MACs (HMAC-SHA-256 under the shared secret, with a label for each direction) cover the cards with their fresh nonces:
/// the secret itself does not travel, and what was overheard is of no use on another connection. Who sits between the two can
/// still pass everything on: where the wire itself is not trusted, TLS is for that.
/// </para>
/// <para>
/// Each message has 160 bytes: magic u32, version u8, kind u8, reason u8, zero u8; then either the card (120 bytes) and the
/// MAC (32 bytes), or the detail of a refusal. Nothing but the secret's owner is listened to before the proof.
/// </para>
/// </remarks>
internal sealed class Handshake
{
    public const int MessageBytes = 160;

    /// <summary>Not the magic of frames: one cannot be taken for the other.</summary>
    private const uint Magic = 0x4843524F;
    private const int CardAt = 8;
    private const int MacAt = CardAt + MemberCard.Bytes;
    private const byte ConnectorSays = 1;
    private const byte AcceptorSays = 2;

    private readonly MemberCard _self;
    private readonly byte[] _secret;
    private readonly Func<MemberCard, Refusal?> _check;

    /// <summary>The connector's, then the acceptor's, as they went over the wire.</summary>
    private readonly byte[] _cards = new byte[2 * MemberCard.Bytes];
    private Kind _awaited;

    private Handshake(MemberCard self, ReadOnlyMemory<byte> secret, Func<MemberCard, Refusal?> check)
    {
        _self = self;
        _secret = secret.ToArray();
        _check = check;
    }

    private enum Kind : byte
    {
        Hello = 1,
        Challenge,
        Proof,
        Welcome,
        Refusal,
    }

    /// <summary>What is to be sent before the next message is taken.</summary>
    public ReadOnlyMemory<byte> Outbox { get; private set; }

    /// <summary>Nothing more will be taken; the outbox may still hold a last message.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The other, once it is known, proven or not.</summary>
    public MemberCard? Peer { get; private set; }

    /// <summary>Why the two do not belong together; null: they do, if it is over.</summary>
    public Refusal? Refusal { get; private set; }

    /// <summary>Whether the refusal comes from the other side.</summary>
    public bool IsRefusedByPeer { get; private set; }

    /// <summary>The peer has shown that it knows the secret.</summary>
    public bool IsProven { get; private set; }

    /// <summary>The side that has connected.</summary>
    /// <param name="self">This member.</param>
    /// <param name="secret">Shared by all members; may be empty.</param>
    /// <param name="check">What is wrong with the acceptor, if anything.</param>
    public static Handshake Connect(MemberCard self, ReadOnlyMemory<byte> secret, Func<MemberCard, Refusal?> check)
    {
        Handshake handshake = new(self, secret, check) { _awaited = Kind.Challenge };
        self.Write(handshake._cards);
        handshake.Outbox = Message(Kind.Hello, message => self.Write(message[CardAt..]));
        return handshake;
    }

    /// <summary>The side that has been connected to.</summary>
    /// <param name="self">This member; its card's <see cref="MemberCard.To"/> and connection are those of whoever connects.</param>
    /// <param name="secret">Shared by all members; may be empty.</param>
    /// <param name="check">What is wrong with the connector, if anything.</param>
    public static Handshake Accept(MemberCard self, ReadOnlyMemory<byte> secret, Func<MemberCard, Refusal?> check) =>
        new(self, secret, check) { _awaited = Kind.Hello };

    /// <summary>Takes the next message.</summary>
    /// <param name="message"><see cref="MessageBytes"/> bytes of whoever is at the other end.</param>
    public void Take(ReadOnlySpan<byte> message)
    {
        Outbox = default;
        if (BinaryPrimitives.ReadUInt32LittleEndian(message) != Magic)
            Refuse(new Refusal(RefusalReason.Garbage));
        else if ((Kind)message[5] == Kind.Refusal)
            TakeRefusal(message);
        else if (message[4] != FramePrefix.Version)
            Refuse(new Refusal(RefusalReason.WrongVersion, FramePrefix.Version));
        else if ((Kind)message[5] != _awaited)
            Refuse(new Refusal(RefusalReason.Garbage));
        else
            TakeAwaited(message);
    }

    private void TakeAwaited(ReadOnlySpan<byte> message)
    {
        switch (_awaited)
        {
            case Kind.Hello:
                Peer = MemberCard.Read(message[CardAt..]);
                TakeHello(message.Slice(CardAt, MemberCard.Bytes), _self with { To = Peer.From, Connection = Peer.Connection });
                break;
            case Kind.Challenge:
                Peer = MemberCard.Read(message[CardAt..]);
                message.Slice(CardAt, MemberCard.Bytes).CopyTo(_cards.AsSpan(MemberCard.Bytes));
                if (IsMac(message, AcceptorSays))
                    Outbox = Message(Kind.Proof, WriteProof);
                _awaited = Kind.Welcome;
                break;
            case Kind.Proof when IsMac(message, ConnectorSays):
                if (!IsRefused())
                    Outbox = Message(Kind.Welcome, static _ => { });
                IsOver = true;
                break;
            case Kind.Welcome:
                _ = IsRefused();
                IsOver = true;
                break;
            default:
                break;
        }
    }

    private void TakeHello(ReadOnlySpan<byte> connector, MemberCard self)
    {
        connector.CopyTo(_cards);
        self.Write(_cards.AsSpan(MemberCard.Bytes));
        Outbox = Message(Kind.Challenge, answer =>
        {
            self.Write(answer[CardAt..]);
            Mac(AcceptorSays).CopyTo(answer[MacAt..]);
        });
        _awaited = Kind.Proof;
    }

    /// <summary>Only whoever has proven that it knows the secret is told what is wrong with it.</summary>
    private bool IsRefused()
    {
        if (_check(Peer!) is not { } fault)
            return false;
        Refuse(fault);
        return true;
    }

    private void WriteProof(Span<byte> message) => Mac(ConnectorSays).CopyTo(message[MacAt..]);

    private byte[] Mac(byte direction) => HMACSHA256.HashData(_secret, (byte[])[direction, .. _cards]);

    private bool IsMac(ReadOnlySpan<byte> message, byte direction)
    {
        IsProven = CryptographicOperations.FixedTimeEquals(Mac(direction), message[MacAt..(MacAt + HMACSHA256.HashSizeInBytes)]);
        if (!IsProven)
            Refuse(new Refusal(RefusalReason.WrongSecret));
        return IsProven;
    }

    private void TakeRefusal(ReadOnlySpan<byte> message)
    {
        RefusalReason reason = Enum.IsDefined((RefusalReason)message[6]) ? (RefusalReason)message[6] : RefusalReason.Garbage;
        Refusal = new Refusal(reason, BinaryPrimitives.ReadInt64LittleEndian(message[CardAt..]));
        IsRefusedByPeer = true;
        IsOver = true;
    }

    private void Refuse(Refusal refusal)
    {
        Refusal = refusal;
        IsOver = true;
        Outbox = Message(Kind.Refusal, message =>
        {
            message[6] = (byte)refusal.Reason;
            BinaryPrimitives.WriteInt64LittleEndian(message[CardAt..], refusal.Detail);
        });
    }

    private static ReadOnlyMemory<byte> Message(Kind kind, Body write)
    {
        byte[] message = new byte[MessageBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(message, Magic);
        message[4] = FramePrefix.Version;
        message[5] = (byte)kind;
        write(message);
        return message;
    }

    private delegate void Body(Span<byte> message);
}
