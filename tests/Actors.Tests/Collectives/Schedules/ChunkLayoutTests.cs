using CsCheck;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Tests.Collectives.Schedules;

internal sealed class ChunkLayoutTests
{
    [Test]
    public void Chunks_follow_each_other_and_cover_the_buffer() =>
        Gen.Select(Gen.Long[0, 100_000_000_000], Gen.Int[1, 300]).Sample((length, chunks) =>
        {
            ChunkLayout layout = new(length, chunks);

            long end = 0;
            for (int chunk = 0; chunk < chunks; chunk++)
            {
                Assert.That(layout.StartOf(chunk), Is.EqualTo(end));
                end += layout.LengthOf(chunk);
            }

            Assert.That(end, Is.EqualTo(length));
        });

    [Test]
    public void Chunks_differ_by_one_element_at_most() =>
        Gen.Select(Gen.Long[0, 5000], Gen.Int[1, 300]).Sample((length, chunks) =>
        {
            ChunkLayout layout = new(length, chunks);

            long[] lengths = [.. Enumerable.Range(0, chunks).Select(chunk => layout.LengthOf(chunk))];
            Assert.That(lengths.Max() - lengths.Min(), Is.LessThanOrEqualTo(1));
        });

    [Test]
    public void Chunks_in_a_row_are_as_long_as_they_are_together() =>
        Gen.Select(Gen.Long[0, 5000], Gen.Int[0, 40], Gen.Int[0, 40], Gen.Int[1, 40]).Sample((length, first, count, more) =>
        {
            ChunkLayout layout = new(length, first + count + more);

            Assert.That(layout.LengthOf(first, count), Is.EqualTo(Enumerable.Range(first, count).Sum(chunk => layout.LengthOf(chunk))));
        });
}
