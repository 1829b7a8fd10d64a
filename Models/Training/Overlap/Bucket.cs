using System.Collections.Immutable;
using Orchestrator.Models.Networks;

namespace Orchestrator.Models.Training.Overlap;

/// <summary>What one operation of the exchange sums up.</summary>
/// <param name="Pieces">In the order in which they become final.</param>
/// <param name="Count">Values that travel.</param>
/// <param name="End">Values of the gradient's order that are final when this bucket is.</param>
internal sealed record Bucket(ImmutableArray<BucketPiece> Pieces, int Count, long End)
{
    /// <summary>The values lie side by side in the gradient buffer and all travel: they are summed where they are.</summary>
    public bool IsInPlace { get; } = BucketPiece.LieSideBySide(Pieces);

    /// <summary>Of a bucket that is in place.</summary>
    public GradientRange Whole => new(Pieces[0].Range.Start, Count);
}

/// <summary>A range of the gradient buffer in a bucket.</summary>
/// <param name="Survivors">Values that travel.</param>
internal readonly record struct BucketPiece(GradientRange Range, bool IsMasked, int Survivors)
{
    /// <summary>Whether all values between the first and the last travel.</summary>
    public static bool LieSideBySide(IReadOnlyList<BucketPiece> pieces) =>
        !pieces[0].IsMasked
        && pieces.Zip(pieces.Skip(1)).All(pair => !pair.Second.IsMasked && pair.First.Range.End == pair.Second.Range.Start);
}
