using System.Runtime.InteropServices;
using CsCheck;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Transports;

namespace Orchestrator.Actors.Tests.Collectives.Transports;

internal sealed class ChannelTests
{
    private const int Room = 8;
    private const int CopyBytes = 1024;

    /// <summary>Not copied by any channel here.</summary>
    private const int Long = CopyBytes;

    [Test]
    public void A_channel_of_long_chunks_is_a_queue_of_eight() => Gen.Bool.Array[0, 200].Sample(posts =>
    {
        Channel channel = new(CopyBytes);
        byte[] chunk = Pinned(Long);
        int posted = 0;
        int read = 0;
        foreach (bool post in posts)
        {
            if (post && posted - read < Room)
            {
                channel.Post(EnvelopeOf(posted++, Long), chunk);
            }
            else if (!post && read < posted)
            {
                Assert.That(Read(channel).Envelope, Is.EqualTo(EnvelopeOf(read++, Long)));
            }

            int underWay = posted - read;
            Assert.That(channel.HasRoom, Is.EqualTo(underWay < Room));
            Assert.That(channel.Arriving.IsPosted, Is.EqualTo(underWay > 0));
            for (int atMost = 0; atMost <= Room + 1; atMost++)
                Assert.That(channel.HasAtMost(atMost), Is.EqualTo(underWay <= atMost), $"at most {atMost}");
        }
    });

    /// <summary>
    /// The sender writes over whatever is no longer under way, at once; what arrives is what was sent, in order. Chunks of all
    /// lengths, so that some are copied and others not, and the copies go around their circle many times.
    /// </summary>
    [Test]
    public void What_is_no_longer_under_way_may_be_written() =>
        Gen.Select(Gen.Bool, Gen.Int[0, CopyBytes / 2], Gen.Int[0, Room]).Array[0, 300].Sample(turns =>
        {
            Channel channel = new(CopyBytes);
            List<byte[]> chunks = [];
            int read = 0;
            foreach ((bool post, int length, int atMost) in turns)
            {
                if (post && channel.HasRoom)
                {
                    byte[] chunk = Pinned(length);
                    Array.Fill(chunk, (byte)(chunks.Count + 1));
                    channel.Post(EnvelopeOf(chunks.Count, length), chunk);
                    chunks.Add(chunk);
                }
                else if (!post && read < chunks.Count)
                {
                    CheckNext();
                }

                if (!channel.HasAtMost(atMost))
                    continue;
                foreach (byte[] free in chunks.SkipLast(atMost))
                    Array.Fill(free, (byte)0);
            }

            while (read < chunks.Count)
                CheckNext();

            void CheckNext()
            {
                (Envelope envelope, byte[] chunk) = Read(channel);
                Assert.That(envelope, Is.EqualTo(EnvelopeOf(read, chunk.Length)));
                Assert.That(chunk, Is.All.EqualTo((byte)(++read)));
            }
        });

    [Test]
    public void A_short_chunk_is_not_under_way_unless_one_before_it_is()
    {
        Channel channel = new(CopyBytes);
        channel.Post(EnvelopeOf(0, 10), Pinned(10));
        bool alone = channel.HasAtMost(0);
        channel.Post(EnvelopeOf(1, Long), Pinned(Long));
        channel.Post(EnvelopeOf(2, 10), Pinned(10));
        (bool, bool) behindALongOne = (channel.HasAtMost(1), channel.HasAtMost(2));

        Assert.That((alone, behindALongOne), Is.EqualTo((true, (false, true))));
    }

    [Test]
    public void A_short_chunk_of_a_long_buffer_is_under_way_too()
    {
        Channel channel = new(CopyBytes);

        channel.Post(EnvelopeOf(0, 10) with { Length = 1 << 20 }, Pinned(10));

        Assert.That(channel.HasAtMost(0), Is.False);
    }

    [Test]
    public void A_chunk_that_is_being_read_is_still_under_way()
    {
        Channel channel = new(CopyBytes);
        channel.Post(EnvelopeOf(1, Long), Pinned(Long));
        channel.Arriving.TryClaim(out _, out _);
        bool whileReading = channel.HasAtMost(0);

        channel.Release();

        Assert.That((whileReading, channel.HasAtMost(0)), Is.EqualTo((false, true)));
    }

    [Test]
    public void Withdrawing_takes_back_everything_that_nobody_reads([Range(0, Room)] int posted)
    {
        Channel channel = new(CopyBytes);
        for (int i = 0; i < posted; i++)
            channel.Post(EnvelopeOf(i, Long), Pinned(Long));

        channel.Withdraw();

        Assert.That(channel.Arriving.TryClaim(out _, out _), Is.False);
    }

    /// <summary>It may belong to an operation that has succeeded here and not yet there.</summary>
    [Test]
    public void What_has_been_copied_is_not_taken_back()
    {
        Channel channel = new(CopyBytes);
        channel.Post(EnvelopeOf(0, 10), Pinned(10));
        channel.Post(EnvelopeOf(1, Long), Pinned(Long));

        channel.Withdraw();

        Assert.That(Read(channel).Envelope, Is.EqualTo(EnvelopeOf(0, 10)));
        Assert.That(channel.Arriving.TryClaim(out _, out _), Is.False);
    }

    [Test]
    public void A_hundred_thousand_chunks_arrive_in_order_between_two_threads()
    {
        const int chunks = 100_000;
        const int places = 4;
        Channel channel = new(CopyBytes);

        int[] inOrder = Gang.Run(2, rank => rank == 0 ? Post() : Read());

        Assert.That(inOrder[1], Is.EqualTo(chunks));

        int Post()
        {
            long[][] memory = [.. Enumerable.Range(0, places).Select(_ => GC.AllocateArray<long>(50, pinned: true))];
            for (int i = 0; i < chunks; i++)
            {
                AwaitThat(() => channel.HasRoom && channel.HasAtMost(places - 1));
                Span<long> chunk = memory[i % places].AsSpan(0, i % 50);
                chunk.Fill(i);
                channel.Post(EnvelopeOf(i, chunk.Length * sizeof(long)), MemoryMarshal.AsBytes(chunk));
            }

            AwaitThat(() => channel.HasAtMost(0));
            return chunks;
        }

        int Read()
        {
            int right = 0;
            for (int i = 0; i < chunks; i++)
            {
                AwaitThat(() => channel.Arriving.IsPosted);
                (Envelope envelope, byte[] chunk) = ChannelTests.Read(channel);
                bool isRight = envelope == EnvelopeOf(i, i % 50 * sizeof(long))
                    && !MemoryMarshal.Cast<byte, long>(chunk).ContainsAnyExcept(i);
                right += isRight ? 1 : 0;
            }

            return right;
        }

        static void AwaitThat(Func<bool> holds)
        {
            SpinWait wait = default;
            while (!holds())
                wait.SpinOnce(sleep1Threshold: -1);
        }
    }

    private static unsafe (Envelope Envelope, byte[] Chunk) Read(Channel channel)
    {
        Assert.That(channel.Arriving.TryClaim(out Envelope envelope, out nint chunk), Is.True);
        byte[] read = new Span<byte>((void*)chunk, envelope.Bytes / sizeof(ushort)).ToArray();
        channel.Release();
        return (envelope, read);
    }

    private static byte[] Pinned(int length) => GC.AllocateArray<byte>(length, pinned: true);

    /// <summary>Of a number and a length in bytes, of a buffer from which chunks are copied.</summary>
    private static Envelope EnvelopeOf(int number, int bytes) => new(ElementType.Float16, Length: 1 << 18, number, bytes);
}
