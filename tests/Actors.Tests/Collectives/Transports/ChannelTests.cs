using CsCheck;
using Orchestrator.Actors.Collectives.Reduction;
using Orchestrator.Actors.Collectives.Transports;

namespace Orchestrator.Actors.Tests.Collectives.Transports;

internal sealed class ChannelTests
{
    private const int Room = 8;

    /// <summary>Against a queue: what is under way is what has been posted and not been read.</summary>
    [Test]
    public void A_channel_is_a_queue_of_eight() =>
        Gen.Bool.Array[0, 200].Sample(posts =>
        {
            Channel channel = new();
            Queue<nint> expected = new();
            nint next = 1;
            foreach (bool post in posts)
            {
                if (post && expected.Count < Room)
                {
                    channel.Post(EnvelopeOf(next), next);
                    expected.Enqueue(next++);
                }
                else if (!post && expected.TryDequeue(out nint oldest))
                {
                    Assert.That(channel.Arriving.TryClaim(out Envelope envelope, out nint chunk), Is.True);
                    Assert.That((envelope, chunk), Is.EqualTo((EnvelopeOf(oldest), oldest)));
                    channel.Release();
                }

                Assert.That(channel.HasRoom, Is.EqualTo(expected.Count < Room));
                Assert.That(channel.Arriving.IsPosted, Is.EqualTo(expected.Count > 0));
                for (int underWay = 0; underWay <= Room + 1; underWay++)
                    Assert.That(channel.HasAtMost(underWay), Is.EqualTo(expected.Count <= underWay), $"{underWay}");
            }
        });

    [Test]
    public void A_chunk_that_is_being_read_is_still_under_way()
    {
        Channel channel = new();
        channel.Post(EnvelopeOf(1), 1);
        channel.Arriving.TryClaim(out _, out _);
        bool whileReading = channel.HasAtMost(0);

        channel.Release();

        Assert.That((whileReading, channel.HasAtMost(0)), Is.EqualTo((false, true)));
    }

    [Test]
    public void Withdrawing_takes_back_everything_that_nobody_reads([Range(0, Room)] int posted)
    {
        Channel channel = new();
        for (int i = 0; i < posted; i++)
            channel.Post(EnvelopeOf(i), i);

        channel.Withdraw();

        Assert.That((channel.HasAtMost(0), channel.Arriving.IsPosted), Is.EqualTo((true, false)));
    }

    [Test]
    public void Hundreds_of_thousands_of_chunks_arrive_in_order_between_two_threads()
    {
        const int chunks = 300_000;
        Channel channel = new();

        int[] inOrder = Gang.Run(2, rank =>
        {
            SpinWait wait = default;
            int inOrder = 0;
            for (int i = 0; i < chunks; i++)
            {
                while (rank == 0 ? !channel.HasRoom : !channel.Arriving.IsPosted)
                    wait.SpinOnce(sleep1Threshold: -1);
                if (rank == 0)
                {
                    channel.Post(EnvelopeOf(i), i);
                    continue;
                }

                channel.Arriving.TryClaim(out Envelope envelope, out nint chunk);
                inOrder += envelope == EnvelopeOf(i) && chunk == i ? 1 : 0;
                channel.Release();
            }

            return inOrder;
        });

        Assert.That(inOrder[1], Is.EqualTo(chunks));
        Assert.That(channel.HasAtMost(0), Is.True);
    }

    private static Envelope EnvelopeOf(nint chunk) => new(ElementType.Int64, Length: 1 << 20, Start: chunk, (int)(chunk % 1000));
}
