using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Transports;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Tests.Collectives.Transports.Tcp;

/// <summary>A rank of a ring, the highest unless said otherwise: it joins as it should, and then sends whatever the test has in mind.</summary>
internal sealed class FakePeer : IDisposable
{
    private readonly Socket[][] _sockets;

    private FakePeer(int rank, Socket[][] sockets)
    {
        Rank = rank;
        _sockets = sockets;
    }

    public int Rank { get; }

    public static FakePeer Join(IRendezvous rendezvous, int worldSize, int? rank = null)
    {
        RingMember member = TcpRing.Member(rank ?? worldSize - 1, worldSize);
        IReadOnlyList<string> addresses = rendezvous.Exchange(member, "127.0.0.1:1", TcpRing.Ample, CancellationToken.None);
        return new FakePeer(member.Rank, [.. Enumerable.Range(0, member.Rank).Select(to => ConnectTo(addresses[to], member, to))]);
    }

    /// <summary>How a member introduces itself that is set up as <see cref="TcpRing.Options"/> say.</summary>
    public static MemberCard CardOf(RingMember member, int to, int connection) => new(
        RingTag.Of(member.Ring),
        member.Token,
        member.WorldSize,
        member.Rank,
        to,
        connection,
        1 + TcpRing.Options.Connections,
        TcpRing.Options.StripeBytes,
        new byte[MemberCard.MachineBytes],
        RandomNumberGenerator.GetBytes(MemberCard.NonceBytes));

    public Socket Control(int to) => _sockets[to][0];

    public Socket Data(int to) => _sockets[to][1];

    public FrameLink LinkTo(int to) => new(RingTag.ShortOf(TcpRing.Name), TcpRing.Token, Rank, to);

    public byte[] Header(int to, in Envelope envelope, long operation = 0, long ordinal = 0)
    {
        byte[] header = new byte[DataFrame.Bytes];
        new DataFrame(LinkTo(to), operation, ordinal, Stripe: 0, envelope).Write(header);
        return header;
    }

    public byte[] Frame(int to, in ControlFrame frame)
    {
        byte[] bytes = new byte[ControlFrame.BytesMax];
        return bytes[..frame.Write(bytes, LinkTo(to))];
    }

    /// <summary>As a killed process does, or one with unread data, which resets its connections.</summary>
    public void Die(bool resets)
    {
        foreach (Socket socket in _sockets.SelectMany(sockets => sockets))
        {
            if (resets)
                socket.LingerState = new LingerOption(true, 0);
            socket.Dispose();
        }
    }

    public void Dispose() => Die(resets: false);

    private static Socket[] ConnectTo(string address, RingMember member, int to)
    {
        Assert.That(HostPort.TryParse(address, out HostPort place), Is.True);
        return [.. Enumerable.Range(0, 2).Select(index =>
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(IPAddress.Parse(place.Host), place.Port);
            var handshake = Handshake.Connect(CardOf(member, to, index), default, _ => null);
            Shake(socket, handshake);
            Assert.That(handshake.Refusal, Is.Null);
            return socket;
        })];
    }

    /// <summary>Carries a handshake out to its end.</summary>
    public static void Shake(Socket socket, Handshake handshake)
    {
        byte[] message = new byte[Handshake.MessageBytes];
        while (true)
        {
            _ = socket.Send(handshake.Outbox.Span);
            if (handshake.IsOver)
                return;
            for (int received = 0; received < message.Length;)
            {
                int count = socket.Receive(message.AsSpan(received));
                Assert.That(count, Is.GreaterThan(0), "The other side has broken off.");
                received += count;
            }

            handshake.Take(message);
        }
    }
}
