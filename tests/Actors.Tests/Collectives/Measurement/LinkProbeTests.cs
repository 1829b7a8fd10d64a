using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Measurement;

namespace Orchestrator.Actors.Tests.Collectives.Measurement;

internal sealed class LinkProbeTests
{
    [Test]
    public void All_ranks_measure_and_get_the_same([Values(2, 3)] int worldSize)
    {
        LocalRingRendezvous rings = new();

        string[] links = Gang.Run(worldSize, rank =>
        {
            using Communicator communicator = rings.Join("ring", token: 1, rank, worldSize, CancellationToken.None);
            return LinkProbe.Measure(communicator).ToJson();
        });

        Assert.That(links, Is.All.EqualTo(links[0]));
        MeasuredLinks read = MeasuredLinks.Parse(links[0]);
        Assert.That((read.WorldSize, read.Cores), Is.EqualTo((worldSize, Environment.ProcessorCount)));
        Assert.That(read.Alpha, Is.Positive);
    }

    [Test]
    public void What_was_measured_once_is_not_measured_again()
    {
        LocalRingRendezvous rings = new();

        bool[] same = Gang.Run(2, rank =>
        {
            using Communicator communicator = rings.Join("ring", token: 1, rank, 2, CancellationToken.None);
            return ReferenceEquals(communicator.MeasureLinks(), communicator.MeasureLinks());
        });

        Assert.That(same, Is.All.True);
    }
}
