using CsCheck;
using Orchestrator.Actors.Collectives.Exchange;

namespace Orchestrator.Actors.Tests.Collectives.Exchange;

internal sealed class BucketTests
{
    [Test]
    public void Buckets_follow_each_other_and_cover_the_buffer() =>
        Gen.Select(Gen.Int[0, 5000], Gen.Long[0, 6000]).Sample((length, elementsMax) =>
        {
            int end = 0;
            foreach (Bucket bucket in Bucket.Of(length, elementsMax))
            {
                Assert.That(bucket.Start, Is.EqualTo(end));
                Assert.That(bucket.Count, Is.LessThanOrEqualTo(Math.Max(elementsMax, 1)));
                end += bucket.Count;
            }

            Assert.That(end, Is.EqualTo(length));
        });

    [Test]
    public void An_empty_buffer_is_one_empty_bucket() =>
        Assert.That(All(0, 1024), Is.EqualTo(new[] { new Bucket(0, 0) }));

    [Test]
    public void A_buffer_as_long_as_a_span_can_be_fits_into_one_bucket() =>
        Assert.That(All(int.MaxValue, long.MaxValue), Is.EqualTo(new[] { new Bucket(0, int.MaxValue) }));

    private static List<Bucket> All(int length, long elementsMax)
    {
        List<Bucket> all = [];
        foreach (Bucket bucket in Bucket.Of(length, elementsMax))
            all.Add(bucket);
        return all;
    }
}
