namespace Orchestrator.Models.Training;

/// <summary>Fewest insertions, deletions and substitutions from one sequence to another (Levenshtein), in two rows.</summary>
internal static class EditDistance
{
    public static int Between(ReadOnlySpan<int> source, ReadOnlySpan<int> target)
    {
        var before = new int[target.Length + 1];
        var here = new int[target.Length + 1];
        for (int column = 0; column < before.Length; column++)
        {
            before[column] = column;
        }

        for (int row = 1; row <= source.Length; row++)
        {
            here[0] = row;
            for (int column = 1; column <= target.Length; column++)
            {
                int substituted = before[column - 1] + (source[row - 1] == target[column - 1] ? 0 : 1);
                here[column] = Math.Min(substituted, 1 + Math.Min(before[column], here[column - 1]));
            }

            (before, here) = (here, before);
        }

        return before[target.Length];
    }
}
