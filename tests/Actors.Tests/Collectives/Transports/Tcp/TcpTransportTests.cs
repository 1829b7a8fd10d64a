using CsCheck;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Transports;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Tests.Collectives.Transports.Tcp;

/// <summary>What goes over the wire arrives, whatever its size, type, order and the way that it takes.</summary>
[TestFixture(1, false, true)]
[TestFixture(1, false, false)]
[TestFixture(3, false, true)]
[TestFixture(1, true, true)]
[TestFixture(2, true, false)]
internal sealed class TcpTransportTests(int connections, bool isEncrypted, bool spins)
{
    private TcpOptions Options => TcpRing.Options with
    {
        Connections = connections,
        StripeBytes = 4096,
        Spin = spins,
        Tls = isEncrypted ? Certificates.OfTheRing : null,
        Secret = "the ring's own"u8.ToArray(),
    };

    [Test]
    public void A_chunk_replaces_what_was_there()
    {
        using TcpRing ring = TcpRing.Join(2, Options);
        byte[] source = TcpRing.Pinned(100_000, seed: 3);
        byte[] target = TcpRing.Pinned(100_000);

        Exception?[] errors = ring.Operate((rank, transport) => Pass(rank, transport, source, target, reducer: null));

        Assert.That(errors, Is.All.Null);
        Assert.That(target, Is.EqualTo(source));
    }

    [Test]
    public void A_chunk_is_reduced_into_what_was_there(
        [Values] ReduceOp op,
        [Values(1, 4099)] int count,
        [Values(ElementType.Float32, ElementType.Float64, ElementType.Int64)] ElementType type)
    {
        using TcpRing ring = TcpRing.Join(2, Options);
        byte[] source = Numbers(type, count, step: 3);
        byte[] target = Numbers(type, count, step: 2);
        byte[] expected = [.. target];
        Reducer reducer = Reducer.Of(type, op);
        reducer.Reduce(expected, source);

        Exception?[] errors = ring.Operate((rank, transport) => Pass(rank, transport, source, target, reducer, type));

        Assert.That(errors, Is.All.Null);
        Assert.That(target, Is.EqualTo(expected));
    }

    [Test]
    public void Elements_of_two_bytes_are_passed_on_as_they_are([Values(ElementType.Float16, ElementType.BFloat16)] ElementType type)
    {
        using TcpRing ring = TcpRing.Join(2, Options);
        byte[] source = TcpRing.Pinned(20_002, seed: 5);
        byte[] target = TcpRing.Pinned(20_002);

        Exception?[] errors = ring.Operate((rank, transport) => Pass(rank, transport, source, target, reducer: null, type));

        Assert.That(errors, Is.All.Null);
        Assert.That(target, Is.EqualTo(source));
    }

    [Test]
    public void Empty_chunks_are_exchanged_too()
    {
        using TcpRing ring = TcpRing.Join(2, Options);

        Exception?[] errors = ring.Operate((rank, transport) => Pass(rank, transport, [], [], reducer: null));

        Assert.That(errors, Is.All.Null);
    }

    [Test]
    public void Two_ranks_that_send_more_than_all_buffers_hold_both_get_on()
    {
        const int Bytes = 48 << 20;
        using TcpRing ring = TcpRing.Join(2, Options);
        byte[][] sources = [TcpRing.Pinned(Bytes, seed: 1), TcpRing.Pinned(Bytes, seed: 2)];
        byte[][] targets = [TcpRing.Pinned(Bytes), TcpRing.Pinned(Bytes)];

        Exception?[] errors = ring.Operate((rank, transport) =>
        {
            transport.Send(1 - rank, TcpRing.Whole(sources[rank]), sources[rank]);
            transport.Receive(1 - rank, TcpRing.Whole(targets[rank]), targets[rank], reducer: null);
            transport.AwaitSent(1 - rank, 0);
        });

        Assert.That(errors, Is.All.Null);
        Assert.That(targets[0].AsSpan().SequenceEqual(sources[1]) && targets[1].AsSpan().SequenceEqual(sources[0]), Is.True);
    }

    [Test]
    public void More_chunks_than_have_room_are_sent_and_arrive_in_order()
    {
        const int Chunks = 5 * SendLane.Capacity;
        const int Bytes = 1000;
        using TcpRing ring = TcpRing.Join(2, Options);
        byte[] source = TcpRing.Pinned(Chunks * Bytes, seed: 9);
        byte[] target = TcpRing.Pinned(Chunks * Bytes);

        Exception?[] errors = ring.Operate((rank, transport) =>
        {
            for (int chunk = 0; chunk < Chunks; chunk++)
            {
                Envelope envelope = new(ElementType.Float32, source.Length / 4, chunk * Bytes / 4, Bytes / 4);
                if (rank == 0)
                    transport.Send(1, envelope, source.AsSpan(chunk * Bytes, Bytes));
                else
                    transport.Receive(0, envelope, target.AsSpan(chunk * Bytes, Bytes), reducer: null);
            }
        });

        Assert.That(errors, Is.All.Null);
        Assert.That(target, Is.EqualTo(source));
    }

    [Test]
    public void Chunks_of_any_sizes_in_any_order_between_any_ranks_arrive()
    {
        const int WorldSize = 3;
        using TcpRing ring = TcpRing.Join(WorldSize, Options);
        Gen<(int From, int To, int Count, bool Reduces)> message =
            from route in Gen.Int[0, (WorldSize * (WorldSize - 1)) - 1]
            from count in Gen.OneOf(Gen.Int[0, 40], Gen.Int[0, 5000], Gen.Int[0, 200_000])
            from reduces in Gen.Bool
            select (route / (WorldSize - 1), OtherThan(route / (WorldSize - 1), route % (WorldSize - 1)), count, reduces);

        message.List[1, 30].Sample(messages => ArriveAll(ring, messages), iter: 40, threads: 1);
    }

    /// <summary>All ranks go through the list in order: each sends what it has to and receives what it has to.</summary>
    private static bool ArriveAll(TcpRing ring, List<(int From, int To, int Count, bool Reduces)> messages)
    {
        byte[][] sources = [.. messages.Select((message, index) => Numbers(ElementType.Float64, message.Count, step: index + 1))];
        byte[][] targets = [.. messages.Select(message => Numbers(ElementType.Float64, message.Count, step: 1))];
        byte[][] expected = [.. messages.Select((message, index) => message.Reduces
            ? Reduced(Numbers(ElementType.Float64, message.Count, step: 1), sources[index])
            : sources[index])];

        Exception?[] errors = ring.Operate((rank, transport) =>
        {
            for (int i = 0; i < messages.Count; i++)
            {
                Envelope envelope = TcpRing.Whole(sources[i], ElementType.Float64);
                if (messages[i].From == rank)
                    transport.Send(messages[i].To, envelope, sources[i]);
                else if (messages[i].To == rank)
                    transport.Receive(messages[i].From, envelope, targets[i], messages[i].Reduces ? Sum : null);
            }
        });

        return errors.All(error => error is null) && Enumerable.Range(0, targets.Length).All(i => targets[i].AsSpan().SequenceEqual(expected[i]));
    }

    private static Reducer Sum => Reducer.Of(ElementType.Float64, ReduceOp.Sum);

    private static byte[] Reduced(byte[] target, byte[] source)
    {
        Sum.Reduce(target, source);
        return target;
    }

    private static int OtherThan(int rank, int choice) => choice < rank ? choice : choice + 1;

    private static void Pass(
        int rank, TcpTransport transport, byte[] source, byte[] target, Reducer? reducer, ElementType type = ElementType.Float32)
    {
        if (rank == 0)
            transport.Send(1, TcpRing.Whole(source, type), source);
        else
            transport.Receive(0, TcpRing.Whole(target, type), target, reducer);
    }

    private static byte[] Numbers(ElementType type, int count, int step)
    {
        byte[] bytes = GC.AllocateArray<byte>(count * type.Bytes(), pinned: true);
        for (int i = 0; i < count; i++)
        {
            Span<byte> element = bytes.AsSpan(i * type.Bytes());
            long value = ((i * step) % 1000) - 500;
            _ = type switch
            {
                ElementType.Float32 => BitConverter.TryWriteBytes(element, value / 7f),
                ElementType.Float64 => BitConverter.TryWriteBytes(element, value / 7d),
                _ => BitConverter.TryWriteBytes(element, value),
            };
        }

        return bytes;
    }
}
