using CsCheck;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Transports;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Tests.Collectives.Transports.Tcp;

internal sealed class DataFrameTests
{
    private static readonly Gen<FrameLink> Links =
        from ring in Gen.ULong
        from token in Gen.Long
        from ranks in Gen.UShort.Array[2]
        select new FrameLink(ring, token, ranks[0], ranks[1]);

    private static readonly Gen<DataFrame> Frames =
        from link in Links
        from numbers in Gen.Long[0, long.MaxValue].Array[4]
        from count in Gen.Int[0, int.MaxValue]
        from stripe in Gen.Byte
        from type in Gen.Enum<ElementType>()
        select new DataFrame(link, numbers[0], numbers[1], stripe, new Envelope(type, numbers[2], numbers[3], count));

    [Test]
    public void A_frame_is_the_one_that_it_was_written_as_and_no_other()
    {
        Gen.Select(Frames, Frames).Sample((written, expected) =>
        {
            byte[] header = new byte[DataFrame.Bytes];
            written.Write(header);

            return written.FaultOf(header) is null && (expected == written || expected.FaultOf(header) is not null);
        });
    }

    [Test]
    public void Any_bytes_are_told_from_a_frame_without_an_exception()
    {
        Gen.Select(Frames, Gen.Byte.Array[DataFrame.Bytes]).Sample(
            (expected, bytes) => expected.FaultOf(bytes) is { What.Length: > 0 }, iter: 100_000);
    }

    [Test]
    public void A_frame_with_some_bytes_changed_is_blamed_on_its_sender()
    {
        Gen<(int At, byte Change)[]> changes = Gen.Select(Gen.Int[0, DataFrame.Bytes - 1], Gen.Byte[1, 255]).Array[1, 4];
        Gen.Select(Frames, changes).Sample(
            (frame, changes) =>
            {
                byte[] header = new byte[DataFrame.Bytes];
                frame.Write(header);
                foreach ((int at, byte change) in changes.DistinctBy(change => change.At))
                    header[at] ^= change;

                return frame.FaultOf(header) is { } fault && fault.Rank == frame.Link.From;
            },
            iter: 100_000);
    }

    [Test]
    public void What_differs_is_named()
    {
        DataFrame expected = new(new FrameLink(1, 7, 2, 0), 5, 9, 0, new Envelope(ElementType.Float32, 100, 0, 50));

        Assert.That(Fault(expected with { Operation = 6 }), Does.Contain("rank 2 is in operation 6, rank 0 in 5"));
        Assert.That(Fault(expected with { Ordinal = 8 }), Does.Contain("chunk 8, stripe 0, instead of chunk 9"));
        Assert.That(Fault(expected with { Link = expected.Link with { Token = 6 } }), Does.Contain("epoch 6 in epoch 7"));
        Assert.That(Fault(expected with { Link = expected.Link with { Ring = 3 } }), Does.Contain("another ring"));
        Assert.That(Fault(expected with { Link = expected.Link with { From = 1 } }), Does.Contain("from rank 1 to rank 0"));
        Assert.That(
            Fault(expected with { Envelope = expected.Envelope with { Count = 49 } }), Does.Contain("elements 0 to 49").And.Contain("0 to 50"));

        string Fault(DataFrame arrived)
        {
            byte[] header = new byte[DataFrame.Bytes];
            arrived.Write(header);
            return expected.FaultOf(header)!.What;
        }
    }
}
