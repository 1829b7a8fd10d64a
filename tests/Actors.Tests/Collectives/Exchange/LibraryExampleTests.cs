using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Rendezvous;
using Orchestrator.Models.Training;

namespace Orchestrator.Actors.Tests.Collectives.Exchange;

/// <summary>The library as <c>docs/collectives.md</c> shows it.</summary>
internal sealed class LibraryExampleTests
{
    [TestCase(Transport.SharedMemory)]
    [TestCase(Transport.Tcp)]
    public void What_the_documentation_shows_works(Transport transport)
    {
        const int worldSize = 3;
        string folder = Directory.CreateTempSubdirectory("ring-").FullName;
        try
        {
            (float Mean, double Weight, long Part)[] found = Gang.Run(worldSize, rank =>
            {
                float[] gradients = [.. Enumerable.Repeat((float)rank, 1000)];
                double[] weights = [rank == 0 ? 5 : 0, 0];
                long[] parts = [1, 2, 3];
                var rendezvous = new FileRendezvous(folder);
                using Communicator ring = Communicator.Join(
                    new RingMember("my-ring", Token: 1, rank, worldSize),
                    rendezvous,
                    new CommunicatorOptions { Transport = transport, Algorithm = AllReduceAlgorithm.Auto },
                    CancellationToken.None);

                ring.AllReduce(gradients.AsSpan(), ReduceOp.Mean);
                ring.Broadcast(weights.AsSpan(), root: 0);
                ring.ReduceScatter(parts.AsSpan(), ReduceOp.Sum);
                long part = parts[ring.PartOf(parts.Length)][0];
                ring.AllGather(parts.AsSpan());
                Assert.That(parts, Is.EqualTo(new[] { 3L, 6, 9 }));
                ring.Barrier();
                return (gradients[500], weights[0], part);
            });

            Assert.That(found, Is.EqualTo(new[] { (1f, 5.0, 3L), (1f, 5.0, 6L), (1f, 5.0, 9L) }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
