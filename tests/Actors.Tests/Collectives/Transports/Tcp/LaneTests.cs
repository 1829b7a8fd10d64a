using CsCheck;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Tests.Collectives.Transports.Tcp;

/// <summary>The two ends of one connection, between two sockets of this process.</summary>
internal sealed class LaneTests
{
    private static readonly FrameLink Link = new(Ring: 1, Token: 7, From: 0, To: 1);

    [Test]
    public void However_the_wire_tears_elements_apart_they_are_reduced_whole()
    {
        Gen.Select(Gen.Int[1, 4000], Gen.Int[1, 50].Array[1, 20]).Sample((count, cuts) =>
        {
            using Pipe pipe = new();
            using ReceiveLane lane = new(pipe.Near);
            byte[] source = Doubles(count, value => value * 0.37);
            byte[] target = Doubles(count, value => value);
            DataFrame frame = FrameOf(target);
            byte[] wire = new byte[DataFrame.Bytes + source.Length];
            frame.Write(wire);
            source.CopyTo(wire.AsSpan(DataFrame.Bytes));
            lane.Expect(frame, Address(target), target.Length, Reducer.Of(ElementType.Float64, ReduceOp.Sum));

            byte[] staging = GC.AllocateArray<byte>(1001, pinned: true);
            for ((int sent, int turn) = (0, 0); sent < wire.Length; turn++)
            {
                int bytes = Math.Min(cuts[turn % cuts.Length] * (turn % 7 == 0 ? 100 : 1), wire.Length - sent);
                sent += (int)Posix.Send(pipe.Far.Descriptor, wire.AsSpan(sent, bytes));
                while (lane.Pull(staging))
                {
                }
            }

            return lane.IsDone && target.AsSpan().SequenceEqual(Doubles(count, value => value + (value * 0.37)));
        }, iter: 300, threads: 1);
    }

    [Test]
    public void A_payload_after_a_wrong_header_is_not_touched()
    {
        using Pipe pipe = new();
        using ReceiveLane lane = new(pipe.Near);
        byte[] target = Doubles(10, value => value);
        DataFrame frame = FrameOf(target);
        byte[] wire = new byte[DataFrame.Bytes + target.Length];
        (frame with { Ordinal = 1 }).Write(wire);
        lane.Expect(frame, Address(target), target.Length, reducer: null);
        _ = Posix.Send(pipe.Far.Descriptor, wire);

        _ = lane.Pull(new byte[100]);
        _ = lane.Pull(new byte[100]);

        Assert.That(lane.Fault, Is.Not.Null);
        Assert.That(target, Is.EqualTo(Doubles(10, value => value)));
    }

    [Test]
    public void What_arrived_before_the_end_is_still_taken()
    {
        using Pipe pipe = new();
        using ReceiveLane lane = new(pipe.Near);
        byte[] target = Doubles(1, value => 0);
        DataFrame frame = FrameOf(target);
        byte[] wire = new byte[DataFrame.Bytes + target.Length];
        frame.Write(wire);
        _ = Posix.Send(pipe.Far.Descriptor, wire);
        _ = Posix.Send(pipe.Far.Descriptor, wire.AsSpan(0, 70));
        pipe.Far.Dispose();

        lane.Expect(frame, Address(target), target.Length, reducer: null);
        Pull();
        bool first = lane.IsDone;
        lane.Expect(frame, Address(target), target.Length, reducer: null);
        Pull();

        Assert.That((first, lane.IsDone, lane.IsGone), Is.EqualTo((true, false, true)));

        void Pull()
        {
            while (lane.Pull(new byte[100]))
            {
            }
        }
    }

    [Test]
    public void Chunks_count_as_sent_in_order_whatever_part_is_sent_first()
    {
        ChunksUnderWay chunks = new();
        int large = chunks.Add(parts: 2);
        int small = chunks.Add(parts: 1);

        chunks.PartSent(small);
        chunks.PartSent(large);
        int before = chunks.Count;
        chunks.PartSent(large);

        Assert.That((before, chunks.Count), Is.EqualTo((2, 0)));
    }

    [Test]
    public void A_peer_that_reads_nothing_costs_bounded_memory_and_no_time()
    {
        using Pipe pipe = new();
        using ControlLane lane = new(pipe.Near, Link, Link, worldSize: 2);

        for (int i = 0; i < 100_000; i++)
            lane.Send(new ControlFrame(FrameKind.Query, i, Rank: -1));

        using ControlLane other = new(pipe.Far, Link, Link, worldSize: 2);
        Assert.That(other.TryReceive(out ControlFrame first, out _) && first.Operation == 0, Is.True);
    }

    [Test]
    public void A_sender_whose_peer_has_gone_learns_it()
    {
        using Pipe pipe = new();
        using SendLane lane = new(pipe.Near);
        byte[] chunk = Doubles(1000, value => value);
        ChunksUnderWay chunks = new();
        pipe.Far.Dispose();

        lane.Add(FrameOf(chunk), Address(chunk), chunk.Length, chunks.Add(parts: 1));
        bool moved = lane.Push(chunks);

        Assert.That((moved, lane.IsGone, chunks.Count), Is.EqualTo((false, true, 1)));
    }

    private static DataFrame FrameOf(byte[] buffer) => new(Link, 0, 0, 0, TcpRing.Whole(buffer, ElementType.Float64));

    private static nint Address(byte[] pinned) => System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);

    private static byte[] Doubles(int count, Func<double, double> value)
    {
        byte[] bytes = GC.AllocateArray<byte>(count * sizeof(double), pinned: true);
        for (int i = 0; i < count; i++)
            _ = BitConverter.TryWriteBytes(bytes.AsSpan(i * sizeof(double)), value(i));
        return bytes;
    }

    private sealed class Pipe : IDisposable
    {
        public Pipe()
        {
            (int near, int far) = Posix.Pair();
            (Near, Far) = (ConnectionOf(near), ConnectionOf(far));
        }

        public Connection Near { get; }

        public Connection Far { get; }

        public void Dispose()
        {
            Near.Dispose();
            Far.Dispose();
        }

        private static Connection ConnectionOf(int descriptor) =>
            new(new System.Net.Sockets.Socket(new System.Net.Sockets.SafeSocketHandle(descriptor, ownsHandle: true)));
    }
}
