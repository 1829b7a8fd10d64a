using Orchestrator.Models.Networks;
using Orchestrator.Models.Training;

namespace Orchestrator.Models.Tests.Training;

internal sealed class GreedyDecoderTests
{
    [TestCase("0", "")]
    [TestCase("112", "12")]
    [TestCase("101", "11")]
    [TestCase("0011022010", "121")]
    [TestCase("2220002", "22")]
    public void Repeats_are_merged_and_blanks_left_out(string path, string labels)
    {
        var layout = new PackedLayout([path.Length]);
        float[] scores = [.. path.SelectMany(letter => Enumerable.Range(0, 3).Select(label => label == letter - '0' ? 1f : -1f))];

        int[] decoded = GreedyDecoder.Decode(scores, 3, layout, column: 0);

        Assert.That(string.Concat(decoded), Is.EqualTo(labels));
    }

    [Test]
    public void Only_a_sample_s_own_frames_are_read()
    {
        var layout = new PackedLayout([1, 2]);
        float[] scores = [0, 1, 0, 0, 0, 1, 0, 0, 1];

        Assert.That(GreedyDecoder.Decode(scores, 3, layout, column: 0), Is.EqualTo(new[] { 1, 2 }), "the longer one");
        Assert.That(GreedyDecoder.Decode(scores, 3, layout, column: 1), Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public void The_first_of_equals_is_the_largest() =>
        Assert.That(GreedyDecoder.Largest([1, 3, 3, 2]), Is.EqualTo(1));
}
