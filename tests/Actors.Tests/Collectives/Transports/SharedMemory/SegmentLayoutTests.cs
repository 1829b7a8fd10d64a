using CsCheck;
using Orchestrator.Actors.Collectives.Transports.SharedMemory;

namespace Orchestrator.Actors.Tests.Collectives.Transports.SharedMemory;

internal sealed class SegmentLayoutTests
{
    /// <summary>Processors fetch pairs of lines of 64 bytes.</summary>
    private const int LinePair = 128;

    private const int Page = 4096;

    private static readonly Gen<SegmentLayout> Layouts =
        Gen.Select(Gen.Int[1, 12], Gen.Int[12, 24], (worldSize, log) => new SegmentLayout(worldSize, 1 << log));

    [Test]
    public void Nothing_overlaps_and_all_lies_within_the_memory() => Layouts.Sample(layout =>
    {
        Part[] parts = [.. PartsOf(layout).OrderBy(part => part.At)];

        Assert.That(parts[0].At, Is.GreaterThanOrEqualTo(0));
        Assert.That(parts[^1].End, Is.EqualTo(layout.Bytes));
        foreach ((Part before, Part after) in parts.Zip(parts.Skip(1)))
            Assert.That(before.End, Is.LessThanOrEqualTo(after.At), $"{before} and {after} of {layout}");
    });

    [Test]
    public void What_is_written_by_different_ranks_lies_in_different_pairs_of_lines() => Layouts.Sample(layout =>
    {
        IEnumerable<IGrouping<long, Part>> pairs = PartsOf(layout)
            .Where(part => part.Writer is not null)
            .SelectMany(part => new[] { part.At / LinePair, (part.End - 1) / LinePair }.Distinct().Select(pair => (pair, part)))
            .GroupBy(of => of.pair, of => of.part);

        foreach (IGrouping<long, Part> pair in pairs)
            Assert.That(pair.Select(part => part.Writer).Distinct().Count(), Is.EqualTo(1), string.Join(", ", pair));
    });

    [Test]
    public void Every_word_is_aligned_and_every_ring_begins_a_page() => Layouts.Sample(layout =>
    {
        foreach (Part part in PartsOf(layout))
            Assert.That(part.At % Math.Min(part.Bytes, part.Name == "ring" ? Page : sizeof(long)), Is.Zero, part.ToString());
        Assert.That(layout.RingsAt % Page, Is.Zero);
    });

    [Test]
    public void A_thousand_ranks_fit_into_what_a_file_can_hold() =>
        Assert.That(new SegmentLayout(1024, 256 << 10).Bytes, Is.GreaterThan(1L << 38).And.LessThan(1L << 39));

    /// <summary>By whom each part is written while the ring works; null: by all, or by nobody.</summary>
    private static IEnumerable<Part> PartsOf(SegmentLayout layout)
    {
        yield return new("magic", SegmentLayout.MagicAt, sizeof(long), null);
        yield return new("world size", SegmentLayout.WorldSizeAt, sizeof(int), null);
        yield return new("ring bytes", SegmentLayout.RingBytesAt, sizeof(int), null);
        yield return new("nonce", SegmentLayout.NonceAt, sizeof(ulong), null);
        yield return new("joined", SegmentLayout.JoinedAt, sizeof(int), null);
        yield return new("ready", SegmentLayout.ReadyAt, sizeof(int), null);
        yield return new("tickets", SegmentLayout.TicketsAt, sizeof(int), null);
        yield return new("failures", SegmentLayout.FailuresAt, sizeof(int), null);
        for (int rank = 0; rank < layout.WorldSize; rank++)
        {
            long area = SegmentLayout.RankAt(rank);
            yield return new("bell", area + SegmentLayout.BellAt, sizeof(uint), null);
            yield return new("sleeps", area + SegmentLayout.SleepsAt, sizeof(int), rank);
            yield return new("joined mark", area + SegmentLayout.JoinedMarkAt, sizeof(int), rank);
            yield return new("process", area + SegmentLayout.ProcessAt, sizeof(int), rank);
            yield return new("proof", area + SegmentLayout.ProofAt, sizeof(long), rank);
            yield return new("begun", area + SegmentLayout.BegunAt, sizeof(long), rank);
            yield return new("done", area + SegmentLayout.DoneAt, sizeof(long), rank);
            yield return new("failure", area + SegmentLayout.FailureAt, SegmentLayout.FailureBytes, rank);
            for (int to = 0; to < layout.WorldSize; to++)
            {
                yield return new("written", layout.ChannelAt(rank, to) + SegmentLayout.WrittenAt, sizeof(long), rank);
                yield return new("read", layout.ChannelAt(rank, to) + SegmentLayout.ReadAt, sizeof(long), to);
                yield return new("reads in place", layout.ChannelAt(rank, to) + SegmentLayout.ReadsInPlaceAt, sizeof(int), to);
                yield return new("ring", layout.RingAt(rank, to), layout.RingBytes, rank);
            }
        }
    }

    private sealed record Part(string Name, long At, long Bytes, int? Writer)
    {
        public long End => At + Bytes;
    }
}
