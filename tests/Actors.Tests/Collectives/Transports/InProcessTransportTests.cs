using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Schedules;
using Orchestrator.Actors.Collectives.Transports;

namespace Orchestrator.Actors.Tests.Collectives.Transports;

[TestFixture(true)]
[TestFixture(false)]
internal sealed class InProcessTransportTests(bool maySpin) : TransportContract
{
    private InProcessWires _wires = null!;

    protected override ITransport[] Connect(int worldSize, TimeSpan operationDeadline)
    {
        CoreBudget cores = new(cores: maySpin ? worldSize : 0);
        cores.Add();
        _wires = new InProcessWires("ring", token: 7, worldSize, cores);
        return [.. Enumerable.Range(0, worldSize).Select(rank => new InProcessTransport(_wires, rank, operationDeadline))];
    }

    protected override void Kill(int rank, string reason) =>
        _wires.Fail(RingFailure.Aborted(rank, reason, retryHelps: true));

    [Test]
    public void A_chunk_is_read_where_it_lies()
    {
        ITransport[] ranks = Connect(2, TimeSpan.FromSeconds(30));
        float[] chunk = Pinned(1);
        float[] target = Pinned(0);
        Envelope envelope = new(sizeof(float), Length: 1, Start: 0, Count: 1);
        ranks[0].Begin();
        ranks[1].Begin();
        ranks[0].Send<float>(1, envelope, chunk);
        chunk[0] = 5;

        ranks[1].Receive<float>(0, envelope, target, OnArrival.Replace);

        Assert.That(target, Is.EqualTo(new[] { 5f }));
    }

    [Test]
    public void What_was_sent_is_taken_back_when_the_operation_ends_badly()
    {
        ITransport[] ranks = Connect(2, TimeSpan.FromSeconds(30));
        ranks[0].Begin();
        ranks[0].Send<float>(1, new Envelope(sizeof(float), Length: 1, Start: 0, Count: 1), Pinned(1));

        ranks[0].End(succeeded: false);

        Assert.That(_wires.MailboxOf(0, 1).IsEmpty, Is.True);
    }

    [Test]
    public void Of_several_failures_the_first_stands_unless_a_later_one_touches_more()
    {
        Connect(3, TimeSpan.FromSeconds(30));

        _wires.Fail(RingFailure.Left(rank: 0, operationsDone: 5));
        _wires.Fail(RingFailure.Left(rank: 1, operationsDone: 5));
        RingFailure? first = _wires.Failure;
        _wires.Fail(RingFailure.Aborted(rank: 2, "lost", retryHelps: true));
        _wires.Fail(RingFailure.Left(rank: 1, operationsDone: 0));

        Assert.That((first!.Rank, _wires.Failure!.Rank), Is.EqualTo((0, 2)));
        Assert.That(_wires.Failure.Kind, Is.EqualTo(CollectiveFailure.Aborted));
    }
}
