using CsCheck;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Tests.Collectives.Transports.Tcp;

internal sealed class HandshakeTests
{
    private static readonly byte[] Secret = "the ring's own"u8.ToArray();

    [Test]
    public void Two_members_of_a_ring_recognize_each_other()
    {
        (Handshake connector, Handshake acceptor) = Meet(Card(1, 0), Card(0));

        Assert.That((connector.IsOver, connector.Refusal, acceptor.IsOver, acceptor.Refusal), Is.EqualTo((true, (Refusal?)null, true, (Refusal?)null)));
        Assert.That((connector.Peer!.From, acceptor.Peer!.From, acceptor.Peer.Connection), Is.EqualTo((0, 1, 1)));
        Assert.That(connector.IsProven && acceptor.IsProven, Is.True);
    }

    [Test]
    public void A_wrong_secret_is_refused_with_the_same_reason_on_both_sides()
    {
        (Handshake connector, Handshake acceptor) = Meet(Card(1, 0), Card(0), connectorSecret: "guessed"u8.ToArray());

        Assert.That(new[] { connector.Refusal?.Reason, acceptor.Refusal?.Reason }, Is.All.EqualTo(RefusalReason.WrongSecret));
        Assert.That(connector.IsProven || acceptor.IsProven, Is.False);
    }

    [TestCase(RefusalReason.WrongRing)]
    [TestCase(RefusalReason.OldEpoch)]
    [TestCase(RefusalReason.NewEpoch)]
    [TestCase(RefusalReason.WrongWorldSize)]
    [TestCase(RefusalReason.WrongRank)]
    [TestCase(RefusalReason.WrongConnections)]
    [TestCase(RefusalReason.WrongStripes)]
    public void Whoever_does_not_belong_is_refused_with_the_same_reason_on_both_sides(RefusalReason reason)
    {
        MemberCard right = Card(1, 0);
        MemberCard wrong = reason switch
        {
            RefusalReason.WrongRing => right with { Ring = RingTag.Of("another") },
            RefusalReason.OldEpoch => right with { Token = 6 },
            RefusalReason.NewEpoch => right with { Token = 8 },
            RefusalReason.WrongWorldSize => right with { WorldSize = 3 },
            RefusalReason.WrongRank => right with { To = 1, From = 0 },
            RefusalReason.WrongConnections => right with { Connections = 5 },
            _ => right with { StripeBytes = 5 },
        };

        (Handshake connector, Handshake acceptor) = Meet(wrong, Card(0));

        Assert.That(new[] { connector.Refusal?.Reason, acceptor.Refusal?.Reason }, Is.All.EqualTo(reason));
        Assert.That((connector.IsRefusedByPeer, acceptor.IsRefusedByPeer), Is.EqualTo((true, false)));
    }

    [Test]
    public void A_proof_that_was_overheard_is_of_no_use_on_another_connection()
    {
        var overheard = new List<byte[]>();
        _ = Meet(Card(1, 0), Card(0), overheard: overheard);
        Handshake acceptor = Accepting(Card(0));

        acceptor.Take(overheard[0]);
        acceptor.Take(overheard[2]);

        Assert.That(acceptor.Refusal?.Reason, Is.EqualTo(RefusalReason.WrongSecret));
    }

    [Test]
    public void An_acceptor_that_sends_back_what_it_got_is_found_out()
    {
        MemberCard card = Card(1, 0);
        var connector = Handshake.Connect(card, Secret, _ => null);
        Handshake mirror = Accepting(Card(0), "guessed"u8.ToArray());
        mirror.Take(connector.Outbox.Span);

        connector.Take(mirror.Outbox.Span);

        Assert.That(connector.Refusal?.Reason, Is.EqualTo(RefusalReason.WrongSecret));
    }

    [Test]
    public void The_secret_does_not_travel()
    {
        var overheard = new List<byte[]>();

        _ = Meet(Card(1, 0), Card(0), overheard: overheard);

        Assert.That(overheard.Any(message => message.AsSpan().IndexOf(Secret) >= 0), Is.False);
    }

    [Test]
    public void Another_version_is_refused_by_its_number()
    {
        byte[] hello = Handshake.Connect(Card(1, 0), Secret, _ => null).Outbox.ToArray();
        hello[4] = 9;
        Handshake acceptor = Accepting(Card(0));

        acceptor.Take(hello);

        Assert.That(acceptor.Refusal, Is.EqualTo(new Refusal(RefusalReason.WrongVersion, FramePrefix.Version)));
    }

    [Test]
    public void Any_bytes_end_a_handshake_but_never_make_a_member()
    {
        Gen.Select(Gen.Byte.Array[Handshake.MessageBytes].Array[1, 3], Gen.Bool, Gen.Bool).Sample(
            (messages, accepts, lookRight) =>
            {
                Handshake handshake = accepts ? Accepting(Card(0)) : Handshake.Connect(Card(1, 0), Secret, _ => null);
                foreach (byte[] message in messages.TakeWhile(_ => !handshake.IsOver))
                {
                    if (lookRight)
                        new byte[] { 0x4F, 0x52, 0x43, 0x48, 1, (byte)(message[5] % 6) }.CopyTo(message, 0);
                    handshake.Take(message);
                }

                return !handshake.IsProven && (!handshake.IsOver || handshake.Refusal is not null);
            },
            iter: 100_000);
    }

    [Test]
    public void A_message_with_a_byte_changed_makes_no_member([Range(0, 2)] int which)
    {
        for (int at = 0; at < Handshake.MessageBytes; at++)
        {
            // The reason is only looked at in a refusal, and what follows the proof's label is not its card.
            if (at is 6 or 7 || (which == 2 && at is >= 8 and < 128) || (at is >= 160))
                continue;
            int changed = at;
            (Handshake connector, Handshake acceptor) = Meet(Card(1, 0), Card(0), change: (index, message) =>
            {
                if (index == which)
                    message[changed] ^= 0x10;
            });

            bool isUnused = which == 0 && at >= 8 + MemberCard.Bytes;
            Assert.That(connector.Refusal ?? acceptor.Refusal, isUnused ? Is.Null : Is.Not.Null, $"Byte {at} of message {which}.");
        }
    }

    private static MemberCard Card(int from, int to = -1) =>
        FakePeer.CardOf(TcpRing.Member(from), to, connection: to < 0 ? 0 : 1);

    private static Handshake Accepting(MemberCard self, byte[]? secret = null) =>
        Handshake.Accept(self, secret ?? Secret, peer => Membership.FaultOf(self, peer));

    private static (Handshake Connector, Handshake Acceptor) Meet(
        MemberCard connecting, MemberCard accepting, byte[]? connectorSecret = null, List<byte[]>? overheard = null, Action<int, byte[]>? change = null)
    {
        var connector = Handshake.Connect(connecting, connectorSecret ?? Secret, peer => Membership.FaultOf(connecting with { To = -1 }, peer));
        Handshake acceptor = Accepting(accepting);
        (Handshake from, Handshake to) = (connector, acceptor);
        for (int index = 0; !to.IsOver && !from.Outbox.IsEmpty; index++)
        {
            byte[] message = from.Outbox.ToArray();
            overheard?.Add([.. message]);
            change?.Invoke(index, message);
            to.Take(message);
            (from, to) = (to, from);
        }

        return (connector, acceptor);
    }
}
