using Orchestrator.Actors.Collectives;
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
        InProcessWires wires = new("ring", token: 7, worldSize, cores);
        _wires = wires;
        return [.. Enumerable.Range(0, worldSize).Select(rank => new InProcessTransport(
            wires, rank, operationDeadline, () => wires.Fail(RingFailure.Left(rank, wires.OperationsDone(rank)))))];
    }

    [Test]
    public void A_chunk_is_read_where_it_lies()
    {
        ITransport[] ranks = Ring(2, Ample);
        float[] chunk = Pinned(1);
        float[] target = Pinned(0);
        ranks[0].Begin();
        ranks[1].Begin();
        Send(ranks[0], 1, chunk);
        chunk[0] = 5;

        Receive(ranks[1], 0, target, null);

        Assert.That(target, Is.EqualTo(new[] { 5f }));
    }

    [Test]
    public void What_was_sent_is_taken_back_when_the_operation_ends_badly()
    {
        ITransport[] ranks = Ring(2, Ample);
        ranks[0].Begin();
        Send(ranks[0], 1, Pinned(1));
        Send(ranks[0], 1, Pinned(2));

        ranks[0].End(succeeded: false);

        Channel channel = _wires.ChannelOf(0, 1);
        Assert.That((channel.Arriving.IsPosted, channel.HasAtMost(0)), Is.EqualTo((false, true)));
    }

    [Test]
    public void A_sender_waits_where_the_channel_is_full()
    {
        ITransport[] ranks = Ring(2, Short);

        Exception?[] errors = Gang.Errors(1, _ => InOperation(ranks[0], () =>
        {
            while (true)
                Send(ranks[0], 1, Pinned(1));
        }));

        Assert.That(errors, Is.All.Matches(Failed(CollectiveFailure.Late, rank: 1, retryHelps: true)));
    }

    [Test]
    public void Of_several_failures_by_several_ranks_the_first_stands_unless_a_later_one_touches_more()
    {
        Ring(3, Ample);

        _wires.Fail(RingFailure.Left(rank: 0, operationsDone: 5));
        _wires.Fail(RingFailure.Left(rank: 1, operationsDone: 5));
        RingFailure? first = _wires.Failure;
        _wires.Fail(RingFailure.Aborted(rank: 2, "lost", retryHelps: true));
        _wires.Fail(RingFailure.Left(rank: 1, operationsDone: 0));

        Assert.That((first!.Rank, _wires.Failure!.Rank), Is.EqualTo((0, 2)));
        Assert.That(_wires.Failure.Kind, Is.EqualTo(CollectiveFailure.Aborted));
    }

    [Test]
    public void A_failure_of_the_join_touches_every_operation_though_it_comes_second()
    {
        ITransport[] ranks = Ring(2, Ample);
        _wires.Fail(RingFailure.Left(rank: 0, operationsDone: 1));
        InOperation(ranks[1], static () => { });
        _wires.Fail(RingFailure.Aborted(rank: 0, "lost", retryHelps: true));

        Assert.That(
            () => InOperation(ranks[1], static () => { }),
            Throws.Exception.Matches(Failed(CollectiveFailure.Aborted, rank: 0, retryHelps: true)));
    }
}
