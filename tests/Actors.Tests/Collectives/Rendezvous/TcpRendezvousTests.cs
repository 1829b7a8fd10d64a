using System.Net;
using System.Net.Sockets;
using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Rendezvous;

namespace Orchestrator.Actors.Tests.Collectives.Rendezvous;

internal sealed class TcpRendezvousTests : RendezvousContract
{
    private static readonly byte[] Secret = "the ring's own"u8.ToArray();

    private string _place = null!;

    [SetUp]
    public void SetUp() => _place = $"127.0.0.1:{FreePort()}";

    protected override IRendezvous Open() => new TcpRendezvous(_place, Secret);

    [Test]
    public void A_member_with_a_wrong_secret_is_refused_and_disturbs_nobody()
    {
        var impostor = new Exception?[1];

        IReadOnlyList<string>[] lists = Gang.Run(2, rank =>
        {
            if (rank == 1)
                impostor = Gang.Errors(1, _ => KnockAsImpostor());
            return Exchange(rank, worldSize: 2);
        });

        Assert.That(impostor[0], Is.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.Refused)
            .And.Message.Contains("secret"));
        Assert.That(lists, Is.All.EqualTo(new[] { AddressOf(0), AddressOf(1) }));
    }

    [Test]
    public void Strangers_that_send_garbage_or_nothing_do_not_disturb()
    {
        var strangers = new List<Socket>();

        IReadOnlyList<string>[] lists = Gang.Run(2, rank =>
        {
            if (rank == 1)
            {
                for (int i = 0; i < 20; i++)
                    strangers.Add(Stranger(i));
            }

            return Exchange(rank, worldSize: 2);
        });

        Assert.That(lists, Is.All.EqualTo(new[] { AddressOf(0), AddressOf(1) }));
        strangers.ForEach(stranger => stranger.Dispose());
    }

    [Test]
    public void A_place_that_is_none_is_refused() =>
        Assert.That(() => new TcpRendezvous("nowhere"), Throws.ArgumentException.With.Message.Contains("nowhere"));

    private void KnockAsImpostor()
    {
        // Only where somebody listens: the impostor is not to listen itself.
        using (Stranger(0))
            _ = new TcpRendezvous(_place, "guessed"u8.ToArray()).Exchange(new RingMember("ring", 7, 1, 2), AddressOf(1), Ample, CancellationToken.None);
    }

    private Socket Stranger(int kind)
    {
        while (true)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(IPEndPoint.Parse(_place));
                if (kind % 2 == 1)
                    _ = socket.Send(Enumerable.Repeat((byte)kind, 10_000).ToArray());
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
        }
    }

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
