using CsCheck;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Training.Overlap;

namespace Orchestrator.Models.Tests.Training.Overlap;

internal sealed class SurvivorMaskTests
{
    [Test]
    public void A_range_is_cut_where_it_enters_and_leaves_what_is_masked()
    {
        var mask = new SurvivorMask(new byte[100], [new GradientRange(60, 10), new GradientRange(10, 20), new GradientRange(30, 5)]);

        Assert.That(mask.Segments(new GradientRange(15, 50)), Is.EqualTo(new[]
        {
            (new GradientRange(15, 15), true),
            (new GradientRange(30, 5), true),
            (new GradientRange(35, 25), false),
            (new GradientRange(60, 5), true),
        }));
        Assert.That(mask.Segments(new GradientRange(70, 9)), Is.EqualTo(new[] { (new GradientRange(70, 9), false) }));
    }

    [Test]
    public void What_fits_is_the_longest_beginning_with_so_many_survivors() =>
        Gen.Select(Gen.Int[1, 200], Gen.Int[0, 40], Gen.Int[0, 60], Gen.Int[1, 4], Gen.Int).Sample((count, start, survivorsMax, keptOf, seed) =>
        {
            var random = new Random(seed);
            byte[] mask = [.. Enumerable.Range(0, start + count).Select(_ => (byte)(random.Next(4) < keptOf ? 1 : 0))];
            var range = new GradientRange(start, count);

            (int length, int survivors) = new SurvivorMask(mask, [range]).Fit(range, survivorsMax);

            bool isWhole = length == count;
            return survivors == mask.AsSpan(start, length).Count((byte)1)
                && survivors <= survivorsMax
                && (isWhole || (survivors == survivorsMax && mask[start + length] == 1));
        });

    [Test]
    public void Packing_follows_the_bytes_of_the_mask() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[0, 99], Gen.Int).Sample((count, start, seed) =>
        {
            var random = new Random(seed);
            byte[] mask = [.. Enumerable.Range(0, start + count).Select(_ => (byte)random.Next(2))];
            float[] flat = [.. mask.Select(_ => random.NextSingle())];
            var range = new GradientRange(start, count);
            var packed = new float[count + SurvivorPacking.Slack];
            var survivors = new SurvivorMask(mask, [range]);

            int packedCount = survivors.Pack(flat, range, packed);
            float[] back = [.. flat];
            int unpackedCount = survivors.Unpack(packed, range, back);

            float[] expected = [.. flat.Select((value, index) => index < start || mask[index] == 1 ? value : 0)];
            return packedCount == mask.AsSpan(start).Count((byte)1) && unpackedCount == packedCount && back.SequenceEqual(expected);
        });
}
