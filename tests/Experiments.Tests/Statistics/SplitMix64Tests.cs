using Orchestrator.Experiments.Statistics;

namespace Orchestrator.Experiments.Tests.Statistics;

internal sealed class SplitMix64Tests
{
    /// <summary>The first outputs of Vigna's splitmix64.c for this seed.</summary>
    [Test]
    public void The_stream_is_the_published_one()
    {
        var stream = new SplitMix64(1234567);

        ulong[] drawn = [stream.Next(), stream.Next(), stream.Next(), stream.Next(), stream.Next()];

        Assert.That(drawn, Is.EqualTo(new[]
        {
            6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL, 4593380528125082431UL, 16408922859458223821UL,
        }));
    }

    [Test]
    public void Indices_cover_the_range_evenly()
    {
        var stream = new SplitMix64(1);

        int[] counts = [.. Enumerable.Range(0, 70_000).Select(_ => stream.NextIndex(7)).CountBy(i => i).OrderBy(c => c.Key).Select(c => c.Value)];

        Assert.That(counts, Has.Length.EqualTo(7).And.All.InRange(9_600, 10_400));
    }
}
