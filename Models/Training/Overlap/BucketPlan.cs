using System.Collections.Immutable;
using Orchestrator.Models.Networks;

namespace Orchestrator.Models.Training.Overlap;

/// <summary>
/// Cuts the gradient, in the order in which it becomes final, into buckets: a function of the layout, the sizes and the masks
/// alone, so that all ranks cut alike, whether they overlap or not.
/// </summary>
/// <remarks>
/// A bucket never holds more than the largest size. It is closed as soon as a range ends and it holds a 64th of that: below,
/// latency would cost more than waiting for what comes next. Whatever is masked, or does not lie side by side, has to be
/// copied into one place to travel together; large ranges without masks are therefore never joined with others, and go
/// from where they are.
/// </remarks>
internal static class BucketPlan
{
    /// <summary>Largest to smallest bucket: 4 MiB to 64 KiB.</summary>
    private const int SizeRatio = 64;

    /// <param name="order">The whole gradient, in the order in which it becomes final.</param>
    /// <param name="bucketBytes">Largest size of a bucket.</param>
    /// <param name="survivors">Which values travel; null: all.</param>
    public static ImmutableArray<Bucket> Of(IEnumerable<GradientRange> order, long bucketBytes, SurvivorMask? survivors)
    {
        int countMax = (int)Math.Clamp(bucketBytes / sizeof(float), 1, Array.MaxLength / sizeof(float));
        var builder = new Builder(countMax, Math.Max(1, countMax / SizeRatio), survivors);
        foreach (GradientRange range in order)
            builder.Add(range);
        return builder.Complete();
    }

    private sealed class Builder(int countMax, int countMin, SurvivorMask? survivors)
    {
        private readonly ImmutableArray<Bucket>.Builder _buckets = ImmutableArray.CreateBuilder<Bucket>();
        private readonly List<BucketPiece> _pieces = [];
        private int _count;
        private long _end;

        public void Add(GradientRange range)
        {
            foreach ((GradientRange segment, bool isMasked) in survivors?.Segments(range) ?? [(range, false)])
            {
                if (!Joins(segment, isMasked))
                    Close();
                Append(segment, isMasked);
            }

            if (_count >= countMin)
                Close();
        }

        public ImmutableArray<Bucket> Complete()
        {
            Close();
            return _buckets.ToImmutable();
        }

        private bool Joins(GradientRange segment, bool isMasked)
        {
            if (_pieces.Count == 0)
                return true;
            if (isMasked)
                return _count < countMin || _pieces.Exists(piece => piece.IsMasked);
            return segment.Count <= countMin
                || (BucketPiece.LieSideBySide(_pieces) && _pieces[^1].Range.End == segment.Start);
        }

        private void Append(GradientRange segment, bool isMasked)
        {
            GradientRange left = segment;
            while (left.Count > 0)
            {
                if (_count == countMax)
                    Close();
                (int length, int count) = isMasked
                    ? survivors!.Fit(left, countMax - _count)
                    : (Math.Min(left.Count, countMax - _count), Math.Min(left.Count, countMax - _count));
                _pieces.Add(new BucketPiece(left with { Count = length }, isMasked, count));
                _count += count;
                _end += length;
                left = new GradientRange(left.Start + length, left.Count - length);
            }
        }

        private void Close()
        {
            if (_pieces.Count == 0)
                return;
            _buckets.Add(new Bucket([.. _pieces], _count, _end));
            _pieces.Clear();
            _count = 0;
        }
    }
}
