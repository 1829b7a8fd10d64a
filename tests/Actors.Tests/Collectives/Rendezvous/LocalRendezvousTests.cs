using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Rendezvous;

namespace Orchestrator.Actors.Tests.Collectives.Rendezvous;

internal sealed class LocalRendezvousTests : RendezvousContract
{
    private LocalRendezvous _rendezvous = null!;

    [SetUp]
    public void SetUp() => _rendezvous = new LocalRendezvous();

    protected override IRendezvous Open() => _rendezvous;

    [Test]
    public async Task A_rank_joins_once()
    {
        Task<IReadOnlyList<string>>[] twins = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() => Exchange(0, worldSize: 2)))];

        Task<IReadOnlyList<string>> second = await Task.WhenAny(twins);
        _ = Exchange(1, worldSize: 2);
        IReadOnlyList<string> first = await twins.Single(twin => twin != second);

        Assert.That(async () => await second, Throws.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.AlreadyJoined));
        Assert.That(first, Has.Count.EqualTo(2));
    }
}
