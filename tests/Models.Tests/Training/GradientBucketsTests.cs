using Orchestrator.Models.Training;

namespace Orchestrator.Models.Tests.Training;

internal sealed class GradientBucketsTests
{
    [TestCase(10, 16, "4 4 2")]
    [TestCase(8, 16, "4 4")]
    [TestCase(3, 16, "3")]
    [TestCase(3, 1L << 32, "3")]
    public void The_buffer_is_exchanged_in_buckets_of_the_asked_size(int count, long bucketBytes, string expected)
    {
        var exchange = new Counting();
        float[] gradients = [.. Enumerable.Range(0, count).Select(value => (float)value)];

        GradientBuckets.AllReduce(gradients, bucketBytes, exchange);

        Assert.That(string.Join(' ', exchange.Lengths), Is.EqualTo(expected));
        Assert.That(gradients, Is.EqualTo(Enumerable.Range(0, count).Select(value => value + 1f)), "each number once");
    }

    private sealed class Counting : IGradientExchange
    {
        public List<int> Lengths { get; } = [];

        public int Rank => 0;

        public int WorldSize => 2;

        public void AllReduce(Span<float> values)
        {
            Lengths.Add(values.Length);
            foreach (ref float value in values)
            {
                value++;
            }
        }

        public void AllReduce(Span<double> values) => throw new InvalidOperationException();
    }
}
