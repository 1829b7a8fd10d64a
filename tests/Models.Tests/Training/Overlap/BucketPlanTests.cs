using System.Collections.Immutable;
using CsCheck;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Training.Overlap;

namespace Orchestrator.Models.Tests.Training.Overlap;

internal sealed class BucketPlanTests
{
    /// <summary>Largest 1,024 values, smallest 16.</summary>
    private const long BucketBytes = 4096;

    private static readonly Gen<GradientRange[]> Orders =
        Gen.Select(Gen.OneOf(Gen.Int[1, 40], Gen.Int[1, 3000]).Array[1, 12], Gen.Int).Select((counts, seed) =>
        {
            var ranges = new List<GradientRange>();
            foreach (int count in counts)
            {
                ranges.Add(new GradientRange(ranges.Count == 0 ? 0 : ranges[^1].End, count));
            }

            GradientRange[] order = [.. ranges];
            new Random(seed).Shuffle(order);
            return order;
        });

    [TestCase("0+3000", "1024 1024 952")]
    [TestCase("0+100 100+100", "100 100")]
    [TestCase("100+5 105+2 107+100", "107")]
    [TestCase("300+100 100+200", "100 200")]
    public void A_bucket_closes_when_it_is_full_or_when_a_range_ends_that_is_worth_an_operation(string order, string expected)
    {
        ImmutableArray<Bucket> plan = BucketPlan.Of(Parse(order), BucketBytes, survivors: null);

        Assert.That(string.Join(' ', plan.Select(bucket => bucket.Count)), Is.EqualTo(expected));
        Assert.That(plan.Select(bucket => bucket.IsInPlace), Is.All.True);
    }

    [Test]
    public void Small_ranges_that_lie_apart_travel_together_and_a_large_one_goes_from_where_it_is()
    {
        ImmutableArray<Bucket> plan = BucketPlan.Of(Parse("500+5 300+9 0+200"), BucketBytes, survivors: null);

        Assert.That(plan.Select(bucket => (bucket.Count, bucket.IsInPlace)), Is.EqualTo(new[] { (14, false), (200, true) }));
    }

    [Test]
    public void Survivors_fill_buckets_across_matrices_and_take_small_neighbours_along()
    {
        byte[] mask = [.. Enumerable.Range(0, 4000).Select(index => (byte)(index % 4 == 0 ? 1 : 0)), .. Enumerable.Repeat((byte)1, 500)];
        var survivors = new SurvivorMask(mask, [new GradientRange(0, 4000)]);

        ImmutableArray<Bucket> plan = BucketPlan.Of(Parse("0+40 40+3960 4000+10 4010+490"), BucketBytes, survivors);

        Assert.That(plan.Select(bucket => bucket.Count), Is.EqualTo(new[] { 1000, 500 }));
        Assert.That(plan.Select(bucket => bucket.End), Is.EqualTo(new[] { 4000L, 4500L }));
        Assert.That(plan[1].IsInPlace, Is.True);
    }

    [Test]
    public void Every_value_is_in_one_bucket_in_the_order_in_which_it_becomes_final() =>
        Gen.Select(Orders, Gen.Bool, Gen.Int).Sample((order, isMasked, seed) =>
        {
            SurvivorMask? survivors = isMasked ? Draw(order, seed, out byte[] mask) : Everything(order, out mask);

            ImmutableArray<Bucket> plan = BucketPlan.Of(order, BucketBytes, survivors);

            int[] expected = [.. order.SelectMany(range => Enumerable.Range(range.Start, range.Count))];
            int[] actual = [.. plan.SelectMany(bucket => bucket.Pieces).SelectMany(piece => Enumerable.Range(piece.Range.Start, piece.Range.Count))];
            long end = 0;
            bool consistent = true;
            foreach (Bucket bucket in plan)
            {
                end += bucket.Pieces.Sum(piece => (long)piece.Range.Count);
                consistent &= bucket.End == end
                    && bucket.Count <= BucketBytes / sizeof(float)
                    && bucket.Count == bucket.Pieces.Sum(piece => piece.Survivors)
                    && bucket.Pieces.All(piece => piece.Survivors == (piece.IsMasked
                        ? mask.AsSpan(piece.Range.Start, piece.Range.Count).Count((byte)1)
                        : piece.Range.Count));
            }

            return consistent && actual.SequenceEqual(expected);
        });

    [Test]
    public void No_large_range_without_a_mask_is_copied() =>
        Gen.Select(Orders, Gen.Int).Sample((order, seed) =>
            BucketPlan.Of(order, BucketBytes, Draw(order, seed, out _))
                .Where(bucket => !bucket.IsInPlace)
                .SelectMany(bucket => bucket.Pieces)
                .All(piece => piece.IsMasked || piece.Range.Count <= BucketBytes / sizeof(float) / 64));

    [Test]
    public void A_bucket_worth_an_operation_never_waits_for_the_next_range() =>
        Orders.Sample(order =>
        {
            long[] ends = [.. order.Select((_, index) => order.Take(index + 1).Sum(range => (long)range.Count))];
            return BucketPlan.Of(order, BucketBytes, survivors: null).All(bucket =>
            {
                long first = bucket.End - bucket.Count;
                long[] inside = [.. ends.Where(end => end > first && end < bucket.End)];
                return inside.All(end => end - first < BucketBytes / sizeof(float) / 64);
            });
        });

    private static GradientRange[] Parse(string order) =>
        [.. order.Split(' ').Select(range => range.Split('+').Select(int.Parse).ToArray()).Select(pair => new GradientRange(pair[0], pair[1]))];

    private static SurvivorMask? Everything(GradientRange[] order, out byte[] mask)
    {
        mask = [.. Enumerable.Repeat((byte)1, order.Sum(range => range.Count))];
        return null;
    }

    /// <summary>Masks about half of the ranges, and parts of others.</summary>
    private static SurvivorMask Draw(GradientRange[] order, int seed, out byte[] mask)
    {
        var random = new Random(seed);
        byte[] drawn = [.. Enumerable.Repeat((byte)1, order.Sum(range => range.Count))];
        var masked = new List<GradientRange>();
        foreach (GradientRange range in order.Where(_ => random.Next(2) == 0))
        {
            int skipped = random.Next(2) == 0 ? 0 : random.Next(range.Count);
            masked.Add(new GradientRange(range.Start + skipped, range.Count - skipped));
            for (int index = masked[^1].Start; index < masked[^1].End; index++)
            {
                drawn[index] = (byte)(random.Next(10) == 0 ? 1 : 0);
            }
        }

        mask = drawn;
        return new SurvivorMask(mask, masked);
    }
}
