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
    public void A_rank_joins_once()
    {
        Task<IReadOnlyList<string>> first = Task.Run(() => Exchange(0, worldSize: 2));
        CollectiveException? second = null;
        while (second is null)
            second = Gang.Errors(1, _ => Exchange(0, worldSize: 2, deadline: TimeSpan.FromMilliseconds(1)))[0] as CollectiveException;

        Assert.That(second.Failure, Is.EqualTo(CollectiveFailure.AlreadyJoined).Or.EqualTo(CollectiveFailure.NeverJoined));
        Assert.That(first.IsCompleted, Is.False);
        _ = Exchange(1, worldSize: 2);
        Assert.That(first.GetAwaiter().GetResult(), Has.Count.EqualTo(2));
    }
}
