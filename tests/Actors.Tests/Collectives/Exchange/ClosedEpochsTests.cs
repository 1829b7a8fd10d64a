using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;

namespace Orchestrator.Actors.Tests.Collectives.Exchange;

internal sealed class ClosedEpochsTests
{
    private const int Rank = 3;

    [TestCase(4, CollectiveFailure.StaleEpoch)]
    [TestCase(5, CollectiveFailure.Aborted)]
    public void A_closed_epoch_and_those_before_are_refused(long token, CollectiveFailure expected)
    {
        ClosedEpochs closed = new(capacity: 10);
        closed.Close("ring", token: 5, RingFailure.Aborted(rank: 1, "lost", retryHelps: true));

        bool refused = closed.Refuses("ring", token, Rank, out RingFailure? why);

        Assert.That((refused, why?.Kind), Is.EqualTo((true, expected)));
    }

    [Test]
    public void A_newer_epoch_and_another_ring_are_not_refused()
    {
        ClosedEpochs closed = new(capacity: 10);
        closed.Close("ring", token: 5, failure: null);

        Assert.That(closed.Refuses("ring", token: 6, Rank, out _), Is.False);
        Assert.That(closed.Refuses("another", token: 5, Rank, out _), Is.False);
    }

    [Test]
    public void The_ring_closed_longest_ago_is_forgotten_first()
    {
        ClosedEpochs closed = new(capacity: 2);
        closed.Close("a", token: 1, failure: null);
        closed.Close("b", token: 1, failure: null);
        closed.Close("a", token: 2, failure: null);
        closed.Close("c", token: 1, failure: null);

        bool[] refused = [.. new[] { "a", "b", "c" }.Select(ring => closed.Refuses(ring, token: 1, Rank, out _))];

        Assert.That(refused, Is.EqualTo(new[] { true, false, true }));
        Assert.That(closed.Count, Is.EqualTo(2));
    }
}
