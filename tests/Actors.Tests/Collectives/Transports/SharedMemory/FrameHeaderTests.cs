using System.Runtime.InteropServices;
using CsCheck;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Transports;
using Orchestrator.Actors.Collectives.Transports.SharedMemory;

namespace Orchestrator.Actors.Tests.Collectives.Transports.SharedMemory;

internal sealed class FrameHeaderTests
{
    private static readonly Gen<Envelope> Envelopes = Gen.Select(
        Gen.Enum<ElementType>(), Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue], Gen.Int[0, int.MaxValue],
        (type, length, start, count) => new Envelope(type, length, start, count));

    [Test]
    public void A_header_takes_one_line() =>
        Assert.That(Marshal.SizeOf<FrameHeader>(), Is.EqualTo(FrameHeader.Bytes).And.EqualTo(64));

    [Test]
    public void What_is_written_is_read() => Gen.Select(Gen.Long, Envelopes, Gen.Long).Sample((operation, envelope, address) =>
    {
        byte[] bytes = new byte[FrameHeader.Bytes];
        MemoryMarshal.Write(bytes, new FrameHeader(operation, envelope, (nint)address));

        FrameHeader read = MemoryMarshal.Read<FrameHeader>(bytes);

        Assert.That(
            (read.IsOne, read.Operation, read.Envelope, read.Address), Is.EqualTo((true, operation, envelope, (nint)address)));
    });

    [Test]
    public void Garbage_is_no_header() =>
        Gen.Byte.Array[FrameHeader.Bytes].Where(bytes => BitConverter.ToUInt32(bytes) != 0x4843_524F)
            .Sample(bytes => !MemoryMarshal.Read<FrameHeader>(bytes).IsOne);

    [Test]
    public void A_header_of_no_type_or_of_fewer_than_no_elements_is_none() =>
        Gen.Select(Gen.Byte, Gen.Int).Sample((type, count) =>
        {
            byte[] bytes = new byte[FrameHeader.Bytes];
            MemoryMarshal.Write(bytes, new FrameHeader(1, new Envelope((ElementType)type, 10, 0, count)));

            bool isOne = MemoryMarshal.Read<FrameHeader>(bytes).IsOne;

            Assert.That(isOne, Is.EqualTo(Enum.IsDefined((ElementType)type) && count >= 0));
        });

    [Test]
    public void A_chunk_is_padded_to_the_next_line() => Gen.Long[0, 1L << 40].Sample(bytes =>
    {
        long padded = FrameHeader.Padded(bytes);

        Assert.That(padded % FrameHeader.Bytes, Is.Zero);
        Assert.That(padded - bytes, Is.InRange(0, FrameHeader.Bytes - 1));
    });
}
