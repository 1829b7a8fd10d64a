using CsCheck;
using Orchestrator.Models.Randomness;

namespace Orchestrator.Models.Tests.Randomness;

internal sealed class SplitMixTests
{
    [Test]
    public void The_stream_is_that_of_the_published_reference()
    {
        var stream = new SplitMix(1234567);

        ulong[] values = [.. Enumerable.Range(0, 5).Select(_ => stream.NextUInt64())];

        Assert.That(values, Is.EqualTo(new[]
        {
            6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL, 4593380528125082431UL, 16408922859458223821UL,
        }));
    }

    [Test]
    public void The_value_at_a_position_is_the_one_that_walking_there_draws() => Gen.Select(Gen.ULong, Gen.Int[0, 50]).Sample((seed, position) =>
    {
        var stream = new SplitMix(seed);
        for (int i = 0; i < position; i++)
            _ = stream.NextUInt64();

        Assert.That(SplitMix.ValueAt(seed, position), Is.EqualTo(stream.NextUInt64()));
    });

    [Test]
    public void A_stream_goes_on_exactly_from_a_saved_state() => Gen.ULong.Sample(seed =>
    {
        var stream = new SplitMix(seed);
        _ = stream.NextGaussian();

        var resumed = new SplitMix(stream.State);

        Assert.That(resumed.NextGaussian(), Is.EqualTo(stream.NextGaussian()));
    });

    [Test]
    public void Derived_streams_differ_in_purpose_in_parts_and_in_their_order()
    {
        ulong[] seeds =
        [
            SplitMix.DeriveSeed(), SplitMix.DeriveSeed(0), SplitMix.DeriveSeed(0, 0), SplitMix.DeriveSeed(1, 2), SplitMix.DeriveSeed(2, 1),
            SplitMix.DeriveSeed("a"), SplitMix.DeriveSeed("a", 0), SplitMix.DeriveSeed("b", 0), SplitMix.DeriveSeed("ab", 0),
            SplitMix.DeriveSeed(string.Empty), SplitMix.DeriveSeed("a", 1, 2), SplitMix.DeriveSeed("a", 2, 1),
        ];

        Assert.That(seeds, Is.Unique);
    }

    [Test]
    public void Equal_parts_give_equal_streams() => Gen.Select(Gen.String, Gen.ULong, Gen.ULong).Sample((purpose, first, second) =>
        SplitMix.Derive(purpose, first, second).NextUInt64() == SplitMix.Derive(purpose, first, second).NextUInt64());

    [Test]
    public void Integers_stay_below_their_count() => Gen.Select(Gen.ULong, Gen.Int[1, int.MaxValue]).Sample((seed, count) =>
        new SplitMix(seed).NextInt(count) is var value && value >= 0 && value < count);

    [Test]
    public void Integers_are_even_over_their_range()
    {
        var stream = new SplitMix(7);
        int[] counts = new int[6];
        for (int draw = 0; draw < 60_000; draw++)
        {
            counts[stream.NextInt(6)]++;
        }

        // Five standard deviations of a binomial with p = 1/6.
        Assert.That(counts, Is.All.InRange(10_000 - 457, 10_000 + 457));
    }

    [Test]
    public void Gaussians_have_mean_0_and_variance_1()
    {
        var stream = new SplitMix(11);

        double[] values = [.. Enumerable.Range(0, 100_000).Select(_ => stream.NextGaussian())];

        Assert.That(values.Average(), Is.EqualTo(0).Within(0.016));
        Assert.That(values.Average(value => value * value), Is.EqualTo(1).Within(0.023));
    }

    [Test]
    public void A_count_of_nothing_is_refused() =>
        Assert.That(() => new SplitMix(1).NextInt(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
