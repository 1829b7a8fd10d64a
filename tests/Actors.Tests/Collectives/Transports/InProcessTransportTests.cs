using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Transports;

namespace Orchestrator.Actors.Tests.Collectives.Transports;

[TestFixture(true)]
[TestFixture(false)]
internal sealed class InProcessTransportTests(bool maySpin) : TransportContract
{
    private InProcessWires _wires = null!;

    /// <summary>So many are not copied.</summary>
    protected override int Many => 200_003;

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
    public void A_long_chunk_is_read_where_it_lies_and_a_short_one_is_copied()
    {
        ITransport[] ranks = Ring(2, Ample);
        float[][] chunks = [Pinned(1), Counting(Many, from: 1)];
        float[][] targets = [Pinned(0), Pinned(new float[Many])];
        ranks[0].Begin();
        ranks[1].Begin();
        foreach (float[] chunk in chunks)
        {
            Send(ranks[0], 1, chunk);
            chunk[0] = 5;
        }

        foreach (float[] target in targets)
            Receive(ranks[1], 0, target, null);

        Assert.That(targets.Select(target => target[0]), Is.EqualTo(new[] { 1f, 5f }));
    }

    [Test]
    public void What_was_sent_is_taken_back_when_the_operation_ends_badly()
    {
        ITransport[] ranks = Ring(2, Ample);
        ranks[0].Begin();
        Send(ranks[0], 1, Counting(Many, from: 1));
        Send(ranks[0], 1, Pinned(2));
        bool wasPosted = _wires.ChannelOf(0, 1).Arriving.IsPosted;

        ranks[0].End(succeeded: false);

        Assert.That((wasPosted, _wires.ChannelOf(0, 1).Arriving.IsPosted), Is.EqualTo((true, false)));
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
