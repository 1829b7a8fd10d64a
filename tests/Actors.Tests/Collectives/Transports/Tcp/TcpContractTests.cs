using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Transports;

namespace Orchestrator.Actors.Tests.Collectives.Transports.Tcp;

/// <summary>In clear and encrypted, on one connection and on several, spinning and asleep; with buffers that hold little.</summary>
[TestFixture(1, false, true)]
[TestFixture(1, false, false)]
[TestFixture(3, false, true)]
[TestFixture(2, true, false)]
[Platform("Linux")]
internal sealed class TcpContractTests(int connections, bool isEncrypted, bool spins) : TransportContract
{
    /// <summary>The near and the far side of each tunnel hold as much again.</summary>
    protected override int Many => isEncrypted ? 1_000_003 : 100_003;

    protected override ITransport[] Connect(int worldSize, TimeSpan operationDeadline) => [.. TcpRing.Join(
        worldSize,
        TcpRing.Options with
        {
            // In half of it the ranks ask each other how far they are: on a busy machine too there must be time to answer.
            OperationDeadline = operationDeadline < TcpRing.Answerable ? TcpRing.Answerable : operationDeadline,
            Connections = connections,
            StripeBytes = 4096,
            SocketBufferBytes = 16 << 10,
            Spin = spins,
            Tls = isEncrypted ? Certificates.OfTheRing : null,
        }).Ranks];

    [Test]
    public void A_failure_after_leaving_does_nothing()
    {
        ITransport[] ranks = Ring(2, Ample);
        ranks[0].Dispose();
        ranks[0].Fail(RingFailure.Aborted(0, "too late", retryHelps: false));

        Assert.That(
            () => InOperation(ranks[1], () => Receive(ranks[1], 0, Pinned(1), null)),
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
