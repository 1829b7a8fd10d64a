using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Serialization;
using Orchestrator.Actors.Workers.Processes;
using Orchestrator.Models.Pruning;
using static Orchestrator.Actors.Workers.WorkerProtocol;
using Proto = Orchestrator.Actors.Serialization.Proto;

namespace Orchestrator.Actors.Tests.Workers.Processes;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ControlPlaneRendezvousTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);
    private static readonly RingMember Member = new("t0", Token: 5, Rank: 1, WorldSize: 2);

    private readonly MemoryStream _said = new();
    private readonly ControlPlaneRendezvous _rendezvous;

    public ControlPlaneRendezvousTests() => _rendezvous = new ControlPlaneRendezvous(
        new RankAssignment("t0", 5, 1, 2, PruningProgram.Dense), new RankPipe(_said));

    public void Dispose()
    {
        _rendezvous.Dispose();
        _said.Dispose();
    }

    [Test]
    public void The_address_is_told_and_those_of_the_gang_are_returned()
    {
        _rendezvous.Tell(Addresses(round: 0, "a", "b"));

        IReadOnlyList<string> all = _rendezvous.Exchange(Member, "b", Long, default);

        _said.Position = 0;
        Assert.That(all, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(RankFrames.TryRead(_said, Proto.FromRank.Parser, out Proto.FromRank? said), Is.True);
        Assert.That(said!.Address, Is.EqualTo(new Proto.RankAddress { Round = 0, Address = "b" }));
    }

    [Test]
    public void An_answer_that_comes_again_is_not_taken_for_that_of_the_next_exchange()
    {
        _rendezvous.Tell(Addresses(round: 0, "a", "b"));
        _rendezvous.Tell(Addresses(round: 0, "a", "b"));
        _rendezvous.Tell(Addresses(round: 1, "c", "d"));

        _rendezvous.Exchange(Member, "b", Long, default);

        Assert.That(_rendezvous.Exchange(Member, "d", Long, default), Is.EqualTo(new[] { "c", "d" }));
    }

    [Test]
    public void A_gang_that_does_not_come_together_ends_the_wait_at_the_deadline()
    {
        CollectiveException? thrown = Assert.Throws<CollectiveException>(
            () => _rendezvous.Exchange(Member, "b", TimeSpan.FromMilliseconds(20), default));

        Assert.That((thrown!.Ring, thrown.Token, thrown.RetryHelps), Is.EqualTo(("t0", 5L, true)));
    }

    [Test]
    public void A_rank_that_is_to_end_does_not_wait()
    {
        using var abort = new CancellationTokenSource();
        abort.Cancel();

        Assert.That(
            () => _rendezvous.Exchange(Member, "b", Long, abort.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Another_member_is_refused() =>
        Assert.That(() => _rendezvous.Exchange(Member with { Token = 4 }, "b", Long, default), Throws.ArgumentException);

    [TestCase("")]
    [TestCase("two\nlines")]
    public void What_is_no_address_is_refused(string address) =>
        Assert.That(() => _rendezvous.Exchange(Member, address, Long, default), Throws.ArgumentException);

    private static Proto.RankAddresses Addresses(int round, params string[] all) => new() { Round = round, Addresses = { all } };
}
