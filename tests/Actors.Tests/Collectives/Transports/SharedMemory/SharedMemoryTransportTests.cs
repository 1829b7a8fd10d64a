using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Transports;

namespace Orchestrator.Actors.Tests.Collectives.Transports.SharedMemory;

/// <summary>Rings smaller than one piece of a copy, rings as by default, and chunks that are read where they lie.</summary>
[TestFixture(4096, int.MaxValue)]
[TestFixture(256 << 10, int.MaxValue)]
[TestFixture(4096, 1000)]
[Platform("Linux")]
internal sealed class SharedMemoryTransportTests(int ringBytes, int inPlaceBytesMin) : TransportContract
{
    protected override ITransport[] Connect(int worldSize, TimeSpan operationDeadline) =>
        SharedMemoryRing.Join(worldSize, operationDeadline, ringBytes, inPlaceBytesMin);

    [Test]
    public void Twice_as_many_ranks_as_cores_get_on()
    {
        int worldSize = Math.Min(2 * Environment.ProcessorCount, 32);
        ITransport[] ranks = Ring(worldSize, Ample);

        float[][] targets = Gang.Run(worldSize, rank =>
        {
            float[] target = Pinned(new float[Many]);
            for (int operation = 0; operation < 20; operation++)
            {
                InOperation(ranks[rank], () =>
                {
                    Send(ranks[rank], (rank + 1) % worldSize, Counting(1000, from: rank));
                    Receive(ranks[rank], (rank + worldSize - 1) % worldSize, Pinned(new float[1000]), null);
                    ranks[rank].AwaitSent((rank + 1) % worldSize, 0);
                });
            }

            float[] chunk = Counting(Many, from: rank);
            InOperation(ranks[rank], () =>
            {
                Send(ranks[rank], (rank + 1) % worldSize, chunk);
                Receive(ranks[rank], (rank + worldSize - 1) % worldSize, target, null);
                ranks[rank].AwaitSent((rank + 1) % worldSize, 0);
            });
            return target;
        });

        Assert.That(targets.Select(target => (int)target[0]), Is.EqualTo(Enumerable.Range(0, worldSize).Select(rank => (rank + worldSize - 1) % worldSize)));
    }

    [Test]
    public void A_short_chunk_that_has_been_sent_is_no_longer_read()
    {
        ITransport[] ranks = Ring(2, Ample);
        float[] chunk = Pinned(1);
        float[] target = Pinned(0);
        ranks[0].Begin();
        ranks[1].Begin();
        SendAndWait(ranks[0], 1, chunk);
        chunk[0] = 5;

        Receive(ranks[1], 0, target, null);

        Assert.That(target, Is.EqualTo(new[] { 1f }));
    }

    [Test]
    public void Of_several_failures_by_several_ranks_the_first_stands_unless_a_later_one_touches_more()
    {
        ITransport[] ranks = Ring(3, Ample);
        ranks[0].Fail(RingFailure.Left(rank: 0, operationsDone: 1));
        ranks[1].Fail(RingFailure.Left(rank: 1, operationsDone: 1));
        bool present = InOperation(ranks[2], static () => { });

        Exception?[] first = Gang.Errors(1, _ => InOperation(ranks[2], static () => { }));
        ranks[2].Fail(RingFailure.Aborted(rank: 2, "lost", retryHelps: true));
        ranks[1].Fail(RingFailure.Left(rank: 1, operationsDone: 0));
        Exception?[] second = Gang.Errors(1, _ => InOperation(ranks[0], static () => { }));

        Assert.That(present, Is.True);
        Assert.That(first, Is.All.Matches(Failed(CollectiveFailure.Left, rank: 0, retryHelps: true)));
        Assert.That(second, Is.All.Matches(Failed(CollectiveFailure.Aborted, rank: 2, retryHelps: true)));
    }

    [Test]
    public void A_failure_after_leaving_does_nothing()
    {
        ITransport[] ranks = Ring(2, Ample);
        ranks[0].Dispose();
        ranks[0].Fail(RingFailure.Aborted(0, "too late", retryHelps: false));

        Assert.That(
            () => InOperation(ranks[1], static () => { }),
            Throws.Exception.Matches(Failed(CollectiveFailure.Left, rank: 0, retryHelps: true)));
    }

    [Test]
    public void An_operation_after_leaving_is_a_bug_of_the_caller()
    {
        ITransport[] ranks = Ring(2, Ample);
        ranks[0].Dispose();

        Assert.That(() => ranks[0].Begin(), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void A_reducer_that_fails_fails_the_operation_on_all_ranks()
    {
        ITransport[] ranks = Ring(2, Ample);

        Exception?[] errors = Gang.Errors(2, rank => InOperation(ranks[rank], () =>
        {
            if (rank == 1)
                Receive(ranks[1], 0, Pinned(1), new Failing());
            Send(ranks[0], 1, Pinned(1));
            Receive(ranks[0], 1, Pinned(1), null);
        }));

        Assert.That(errors[0], Is.Not.Null.And.Matches(Failed(CollectiveFailure.Aborted, rank: 1, retryHelps: false)));
        Assert.That(errors[1], Is.TypeOf<NotSupportedException>());
    }

    private sealed class Failing : Reducer
    {
        public override void Reduce(Span<byte> target, ReadOnlySpan<byte> source) => throw new NotSupportedException();
    }
}
