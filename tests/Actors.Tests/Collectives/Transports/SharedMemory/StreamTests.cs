using System.Runtime.InteropServices;
using CsCheck;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Transports;
using Orchestrator.Actors.Collectives.Transports.SharedMemory;

namespace Orchestrator.Actors.Tests.Collectives.Transports.SharedMemory;

/// <summary>The two ends of a ring, in one thread.</summary>
internal sealed unsafe class StreamTests
{
    private const int RingBytes = 4096;
    private const int ChunkBytesMax = 3 * RingBytes;

    private byte* _channel;
    private byte* _ring;
    private byte* _chunks;

    [SetUp]
    public void Allocate()
    {
        _channel = (byte*)NativeMemory.AllocZeroed(SegmentLayout.ChannelBytes);
        _ring = (byte*)NativeMemory.AllocZeroed(RingBytes);
        _chunks = (byte*)NativeMemory.Alloc(ChunkBytesMax);
        for (int i = 0; i < ChunkBytesMax; i++)
            _chunks[i] = (byte)(i * 31 % 251);
    }

    [TearDown]
    public void Free()
    {
        NativeMemory.Free(_channel);
        NativeMemory.Free(_ring);
        NativeMemory.Free(_chunks);
    }

    /// <summary>However the two take turns, and however little is copied at once: whole lines, or a chunk's rest.</summary>
    [Test]
    public void Chunks_come_out_as_they_went_in() =>
        Gen.Select(
            Gen.Select(Gen.Int[0, ChunkBytesMax / 2], Gen.Int[0, ChunkBytesMax / 2]).Array[1, 12],
            Gen.Select(Gen.Bool, Gen.Int[1, 100]).Array[1, 50]).Sample((chunks, turns) =>
        {
            NativeMemory.Clear(_channel, SegmentLayout.ChannelBytes);
            OutgoingStream outgoing = new(_channel, _ring, RingBytes);
            Reading reading = new(new IncomingStream(_channel, _ring, RingBytes));
            for (int i = 0; i < chunks.Length; i++)
                outgoing.Add(HeaderOf(i, chunks[i].Item2), _chunks + chunks[i].Item1, chunks[i].Item2);

            for (int turn = 0; reading.Chunks.Count < chunks.Length; turn++)
            {
                (bool sends, int lines) = turns[turn % turns.Length];
                if (sends || turn % (turns.Length + 1) == 0)
                    outgoing.Advance(lines * FrameHeader.Bytes);
                else
                    reading.Advance(lines * FrameHeader.Bytes);
                if (turn % (turns.Length + 1) == turns.Length)
                    reading.Advance(FrameHeader.Bytes);
                Assert.That(turn, Is.LessThan(200_000), "No end.");
            }

            Assert.That(outgoing.CountUnderWay(), Is.Zero);
            for (int i = 0; i < chunks.Length; i++)
            {
                bool isEqual = CollectionsMarshal.AsSpan(reading.Chunks[i])
                    .SequenceEqual(new ReadOnlySpan<byte>(_chunks + chunks[i].Item1, chunks[i].Item2));
                Assert.That(isEqual, Is.True, $"chunk {i}");
            }
        }, iter: 200, threads: 1);

    [Test]
    public void A_chunk_is_under_way_until_all_of_it_has_been_copied()
    {
        OutgoingStream outgoing = new(_channel, _ring, RingBytes);
        outgoing.Add(HeaderOf(0, RingBytes), _chunks, RingBytes);
        outgoing.Add(HeaderOf(1, 100), _chunks, 100);
        outgoing.Advance(int.MaxValue);
        int whileFull = outgoing.CountUnderWay();
        bool couldAdvance = outgoing.CanAdvance;
        HasRead(RingBytes);
        bool canAdvance = outgoing.CanAdvance;

        outgoing.Advance(int.MaxValue);

        Assert.That((whileFull, couldAdvance, canAdvance), Is.EqualTo((2, false, true)));
        Assert.That(outgoing.CountUnderWay(), Is.Zero);
    }

    [Test]
    public void A_chunk_in_place_is_under_way_until_the_receiver_has_read_it()
    {
        OutgoingStream outgoing = new(_channel, _ring, RingBytes);
        outgoing.AddInPlace(HeaderOf(0, 100));
        outgoing.Add(HeaderOf(1, 100), _chunks, 100);
        outgoing.AddInPlace(HeaderOf(2, 100));
        outgoing.Advance(int.MaxValue);
        List<int> underWay = [outgoing.CountUnderWay()];
        foreach (int read in new[] { FrameHeader.Bytes, 4 * FrameHeader.Bytes, 5 * FrameHeader.Bytes })
        {
            HasRead(read);
            underWay.Add(outgoing.CountUnderWay());
        }

        Assert.That(underWay, Is.EqualTo(new[] { 3, 1, 1, 0 }));
        Assert.That(outgoing.HasUncopied, Is.False);
    }

    [Test]
    public void A_receiver_that_claims_what_cannot_be_has_not_read_what_is_in_place()
    {
        OutgoingStream outgoing = new(_channel, _ring, RingBytes);
        outgoing.AddInPlace(HeaderOf(0, 100));
        outgoing.Advance(int.MaxValue);
        HasRead(2 * FrameHeader.Bytes);

        Assert.That((outgoing.CountUnderWay(), outgoing.IsSound), Is.EqualTo((1, false)));
    }

    [Test]
    public void Any_number_of_chunks_may_be_under_way()
    {
        OutgoingStream outgoing = new(_channel, _ring, RingBytes);
        Reading reading = new(new IncomingStream(_channel, _ring, RingBytes));
        for (int i = 0; i < 1000; i++)
            outgoing.Add(HeaderOf(i, i), _chunks, i);
        int underWay = outgoing.CountUnderWay();

        while (reading.Chunks.Count < 1000)
        {
            outgoing.Advance(int.MaxValue);
            reading.Advance(int.MaxValue);
        }

        Assert.That((underWay, outgoing.CountUnderWay()), Is.EqualTo((1000, 0)));
        Assert.That(reading.Chunks.Select(chunk => chunk.Count), Is.EqualTo(Enumerable.Range(0, 1000)));
    }

    [Test]
    public void Nothing_is_copied_where_the_receiver_says_to_have_read_what_cannot_be(
        [Values(64, 4096, -8192, 1, 63, -1, long.MaxValue, long.MinValue)] long read)
    {
        OutgoingStream outgoing = new(_channel, _ring, RingBytes);
        outgoing.Add(HeaderOf(0, RingBytes), _chunks, RingBytes);
        outgoing.Advance(int.MaxValue);
        byte[] before = new Span<byte>(_ring, RingBytes).ToArray();
        HasRead(RingBytes + read);

        bool advanced = outgoing.Advance(int.MaxValue);

        Assert.That((advanced, outgoing.CanAdvance, outgoing.IsSound), Is.EqualTo((false, false, false)));
        Assert.That(new Span<byte>(_ring, RingBytes).SequenceEqual(before), Is.True);
    }

    [TestCase(0, true)]
    [TestCase(64, true)]
    [TestCase(4096, true)]
    [TestCase(4096 + 64, false)]
    [TestCase(1, false)]
    [TestCase(-64, false)]
    [TestCase(long.MaxValue, false)]
    [TestCase(long.MinValue, false)]
    public void What_a_sender_says_to_have_written_is_whole_lines_and_fits(long written, bool isSound)
    {
        Volatile.Write(ref *(long*)(_channel + SegmentLayout.WrittenAt), written);

        IncomingStream incoming = new(_channel, _ring, RingBytes);

        Assert.That(incoming.IsSound, Is.EqualTo(isSound));
    }

    [Test]
    public void What_has_been_forgotten_is_not_copied()
    {
        OutgoingStream outgoing = new(_channel, _ring, RingBytes);
        outgoing.Add(HeaderOf(0, ChunkBytesMax), _chunks, ChunkBytesMax);
        outgoing.Add(HeaderOf(1, 10), _chunks, 10);

        outgoing.Clear();

        Assert.That((outgoing.CountUnderWay(), outgoing.Advance(int.MaxValue)), Is.EqualTo((0, false)));
    }

    private void HasRead(long bytes) => Volatile.Write(ref *(long*)(_channel + SegmentLayout.ReadAt), bytes);

    private static FrameHeader HeaderOf(long operation, int bytes) =>
        new(operation, new Envelope(ElementType.Float16, bytes, Start: 0, bytes));

    /// <summary>Reads header after header and what belongs to it.</summary>
    private sealed class Reading(IncomingStream stream)
    {
        private long _left = -1;

        public List<List<byte>> Chunks { get; } = [];

        private List<byte> Current { get; set; } = [];

        public void Advance(int bytesMax)
        {
            Assert.That(stream.IsSound, Is.True);
            if (_left < 0 && stream.Available > 0)
            {
                FrameHeader header = stream.Header;
                Assert.That((header.IsOne, header.Operation), Is.EqualTo((true, (long)Chunks.Count)));
                _left = header.Envelope.Count;
                stream.Release(FrameHeader.Bytes);
            }

            if (_left < 0)
                return;
            ReadOnlySpan<byte> piece = stream.Peek(Math.Min(_left, bytesMax));
            Current.AddRange(piece);
            stream.Release(piece.Length);
            _left -= piece.Length;
            if (_left > 0)
                return;
            Chunks.Add(Current);
            (Current, _left) = ([], -1);
        }
    }
}
