using CsCheck;
using Orchestrator.Models.Networks;

namespace Orchestrator.Models.Tests.Networks;

internal sealed class PackedLayoutTests
{
    [Test]
    public void The_longest_come_first_and_equals_keep_their_order()
    {
        var layout = new PackedLayout([2, 4, 1, 4]);

        Assert.That(layout.Order, Is.EqualTo(new[] { 1, 3, 0, 2 }));
        Assert.That(layout.Lengths, Is.EqualTo(new[] { 4, 4, 2, 1 }));
        Assert.That(layout.Active, Is.EqualTo(new[] { 4, 3, 2, 2 }));
        Assert.That(layout.Offsets, Is.EqualTo(new[] { 0, 4, 7, 9 }));
        Assert.That((layout.Rows, layout.Frames, layout.Samples), Is.EqualTo((11, 4, 4)));
    }

    [Test]
    public void Every_frame_of_every_sample_has_one_row()
    {
        Gen.Int[1, 30].Array[1, 20].Sample(lengths =>
        {
            var layout = new PackedLayout(lengths);
            IEnumerable<int> rows = Enumerable.Range(0, layout.Samples)
                .SelectMany(column => Enumerable.Range(0, layout.Lengths[column]).Select(time => layout.RowOf(time, column)));
            return rows.Order().SequenceEqual(Enumerable.Range(0, lengths.Sum()))
                && layout.Order.Select(sample => lengths[sample]).SequenceEqual(layout.Lengths);
        });
    }

    [Test]
    public void A_batch_without_samples_or_frames_is_refused()
    {
        Assert.That(() => new PackedLayout([]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => new PackedLayout([3, 0]), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
