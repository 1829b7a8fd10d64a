using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Tests.Collectives.Transports.Tcp;

/// <summary>A ring whose highest rank is a <see cref="FakePeer"/>.</summary>
internal sealed record FakeRing(TcpTransport[] Real, FakePeer Fake) : IDisposable
{
    public static FakeRing Join(IRendezvous rendezvous, int worldSize)
    {
        var real = new TcpTransport[worldSize - 1];
        FakePeer? fake = null;
        Exception?[] errors = Gang.Errors(worldSize, rank =>
        {
            if (rank == worldSize - 1)
                fake = FakePeer.Join(rendezvous, worldSize);
            else
                real[rank] = TcpTransport.Join(TcpRing.Member(rank, worldSize), rendezvous, TcpRing.Options, CancellationToken.None);
        });
        Assert.That(errors, Is.All.Null);
        return new FakeRing(real, fake!);
    }

    public void Dispose()
    {
        Fake.Dispose();
        foreach (TcpTransport rank in Real)
            rank.Dispose();
    }
}
