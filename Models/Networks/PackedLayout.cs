namespace Orchestrator.Models.Networks;

/// <summary>
/// Where the frames of a batch lie when padding is left out: by time, and within a time longest sample first, so that
/// the samples still running are always the first ones.
/// <code>
///   lengths 4, 2, 1     time 0: a b c | time 1: a b | time 2: a | time 3: a
///   rows                        0 1 2           3 4           5           6
/// </code>
/// No kernel ever sees a padded frame: it cannot influence a result, nor cost time.
/// </summary>
internal sealed class PackedLayout
{
    /// <param name="lengths">Frames of each sample, all positive, in the batch's own order.</param>
    /// <param name="firstPosition">Position of the first sample within the global batch: a rank's samples start there.</param>
    public PackedLayout(ReadOnlySpan<int> lengths, int firstPosition = 0)
    {
        ArgumentOutOfRangeException.ThrowIfZero(lengths.Length, nameof(lengths));
        int[] all = lengths.ToArray();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(all.Min(), nameof(lengths));
        FirstPosition = firstPosition;
        Order = [.. Enumerable.Range(0, all.Length).OrderByDescending(sample => all[sample])];
        Lengths = [.. Order.Select(sample => all[sample])];
        Active = new int[Lengths[0]];
        Offsets = new int[Lengths[0]];
        int samples = Lengths.Length;
        for (int time = 0; time < Active.Length; time++)
        {
            while (Lengths[samples - 1] <= time)
            {
                samples--;
            }

            Active[time] = samples;
            Offsets[time] = Rows;
            Rows = checked(Rows + samples);
        }
    }

    /// <summary>Frames of all samples.</summary>
    public int Rows { get; }

    /// <summary>Frames of the longest sample.</summary>
    public int Frames => Active.Length;

    public int Samples => Lengths.Length;

    /// <summary>Position of the batch's first sample within the global batch.</summary>
    public int FirstPosition { get; }

    /// <summary>By column (longest first): which sample of the batch it is.</summary>
    public int[] Order { get; }

    /// <summary>By column: frames, falling.</summary>
    public int[] Lengths { get; }

    /// <summary>By time: number of columns that have a frame there, falling.</summary>
    public int[] Active { get; }

    /// <summary>By time: its first row.</summary>
    public int[] Offsets { get; }

    public int RowOf(int time, int column) => Offsets[time] + column;
}
