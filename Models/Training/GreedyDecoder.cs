using Orchestrator.Models.Networks;

namespace Orchestrator.Models.Training;

/// <summary>Best-path decoding: the largest score of each frame, repeats merged, blanks (class 0) left out.</summary>
internal static class GreedyDecoder
{
    public static int[] Decode(ReadOnlySpan<float> scores, int classes, PackedLayout layout, int column)
    {
        var labels = new List<int>();
        int before = 0;
        for (int time = 0; time < layout.Lengths[column]; time++)
        {
            int label = Largest(scores.Slice(layout.RowOf(time, column) * classes, classes));
            if (label != before && label != 0)
            {
                labels.Add(label);
            }

            before = label;
        }

        return [.. labels];
    }

    /// <summary>Index of the largest number, the first of equals.</summary>
    public static int Largest(ReadOnlySpan<float> row)
    {
        int largest = 0;
        for (int index = 1; index < row.Length; index++)
        {
            if (row[index] > row[largest])
            {
                largest = index;
            }
        }

        return largest;
    }
}
