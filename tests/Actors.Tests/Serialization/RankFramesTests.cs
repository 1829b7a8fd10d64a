using CsCheck;
using Orchestrator.Actors.Serialization;
using Proto = Orchestrator.Actors.Serialization.Proto;

namespace Orchestrator.Actors.Tests.Serialization;

internal sealed class RankFramesTests
{
    [Test]
    public void Messages_come_back_in_the_order_in_which_they_went() =>
        Gen.String.Array[0, 5].Sample(texts =>
        {
            using var stream = new MemoryStream();
            foreach (string text in texts)
                RankFrames.Write(stream, Masks(text));
            stream.Position = 0;

            foreach (string text in texts)
            {
                if (!RankFrames.TryRead(stream, Proto.FromRank.Parser, out Proto.FromRank? message) || !message.Equals(Masks(text)))
                    return false;
            }

            return !RankFrames.TryRead(stream, Proto.FromRank.Parser, out _);
        });

    [Test]
    public void A_message_that_breaks_off_is_the_end_of_the_stream()
    {
        using var whole = new MemoryStream();
        RankFrames.Write(whole, Masks("hash"));

        for (int length = 0; length < whole.Length; length++)
        {
            using var cut = new MemoryStream(whole.ToArray()[..length]);
            Assert.That(RankFrames.TryRead(cut, Proto.FromRank.Parser, out _), Is.False, $"{length} bytes");
        }
    }

    [TestCase(RankFrames.BytesMax + 1)]
    [TestCase(int.MaxValue)]
    [TestCase(-1)]
    public void A_length_that_no_message_has_is_refused_before_memory_is_taken_for_it(int length)
    {
        using var stream = new MemoryStream(BitConverter.GetBytes(length));

        Assert.That(() => RankFrames.TryRead(stream, Proto.FromRank.Parser, out _), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public void A_message_that_is_too_long_is_not_written()
    {
        using var stream = new MemoryStream();

        Assert.That(() => RankFrames.Write(stream, Masks(new string('x', RankFrames.BytesMax))), Throws.ArgumentException);
        Assert.That(stream.Length, Is.Zero);
    }

    [Test]
    public void Whatever_stands_in_a_stream_is_a_message_or_the_end_or_refused() =>
        Gen.Byte.Array[0, 64].Sample(
            bytes =>
            {
                using var stream = new MemoryStream(bytes);
                try
                {
                    while (RankFrames.TryRead(stream, Proto.FromRank.Parser, out _))
                    {
                    }

                    return true;
                }
                catch (InvalidDataException)
                {
                    return true;
                }
            },
            iter: 10_000);

    [Test]
    public void Bytes_of_a_possible_length_that_are_no_message_are_refused()
    {
        using var stream = new MemoryStream([.. BitConverter.GetBytes(3), 0xff, 0xff, 0xff]);

        Assert.That(() => RankFrames.TryRead(stream, Proto.FromRank.Parser, out _), Throws.TypeOf<InvalidDataException>());
    }

    private static Proto.FromRank Masks(string hash) => new() { Masks = new Proto.RankMasks { Step = 1, Hash = hash } };
}
