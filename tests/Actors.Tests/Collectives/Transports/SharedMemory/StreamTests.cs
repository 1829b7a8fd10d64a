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

            Assert.That(outgoing.UnderWay, Is.Zero);
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
        int whileFull = outgoing.UnderWay;
        bool couldAdvance = outgoing.CanAdvance;
        Volatile.Write(ref *(long*)(_channel + SegmentLayout.ReadAt), RingBytes);
        bool canAdvance = outgoing.CanAdvance;

        outgoing.Advance(int.MaxValue);
        outgoing.Advance(int.MaxValue);

        Assert.That((whileFull, couldAdvance, canAdvance), Is.EqualTo((2, false, true)));
        Assert.That(outgoing.UnderWay, Is.Zero);
    }

    [Test]
    public void Nothing_is_copied_where_the_receiver_says_to_have_read_what_cannot_be(
        [Values(64, 4096, -8192, 1, 63, -1, long.MaxValue, long.MinValue)] long read)
    {
        OutgoingStream outgoing = new(_channel, _ring, RingBytes);
        outgoing.Add(HeaderOf(0, RingBytes), _chunks, RingBytes);
        outgoing.Advance(int.MaxValue);
        byte[] before = new Span<byte>(_ring, RingBytes).ToArray();
        Volatile.Write(ref *(long*)(_channel + SegmentLayout.ReadAt), RingBytes + read);

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

        Assert.That((outgoing.UnderWay, outgoing.Advance(int.MaxValue)), Is.EqualTo((0, false)));
    }

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
