namespace Orchestrator.Experiments.Sweeps;

/// <summary>What somebody meant who wrote a name that does not exist.</summary>
internal static class NearestName
{
    /// <summary>Longer ones are no slips of the pen, and would take long to compare.</summary>
    private const int LengthMax = 100;

    /// <summary>The known name with the fewest slips of the pen from this one; null if none is near: more than a third of its letters would have to change.</summary>
    public static string? Of(string name, IEnumerable<string> known)
    {
        if (name.Length > LengthMax)
            return null;
        (string? Name, int Distance) best = (null, int.MaxValue);
        foreach (string candidate in known)
        {
            (string one, string other) = WithoutFamily(name.ToUpperInvariant(), candidate.ToUpperInvariant());
            int letters = Math.Max(one.Length, other.Length);
            int distance = Distance(one, other);
            if (distance < best.Distance && distance < letters && distance <= Math.Max(1, letters / 3))
                best = (candidate, distance);
        }

        return best.Name;
    }

    /// <summary>Metrics of one family differ in what follows the stroke only.</summary>
    private static (string One, string Other) WithoutFamily(string one, string other)
    {
        int family = one.IndexOf('/', StringComparison.Ordinal) + 1;
        return family > 0 && other.StartsWith(one[..family], StringComparison.Ordinal) ? (one[family..], other[family..]) : (one, other);
    }

    /// <summary>
    /// Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other, none of them twice
    /// in one place (Damerau, CACM 7, 1964; optimal string alignment).
    /// </summary>
    internal static int Distance(string source, string target)
    {
        int[,] cost = new int[source.Length + 1, target.Length + 1];
        for (int i = 0; i <= source.Length; i++)
            cost[i, 0] = i;
        for (int j = 0; j <= target.Length; j++)
            cost[0, j] = j;
        for (int i = 1; i <= source.Length; i++)
        {
            for (int j = 1; j <= target.Length; j++)
            {
                int change = source[i - 1] == target[j - 1] ? 0 : 1;
                int least = Math.Min(Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1, cost[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && source[i - 1] == target[j - 2] && source[i - 2] == target[j - 1])
                    least = Math.Min(least, cost[i - 2, j - 2] + 1);
                cost[i, j] = least;
            }
        }

        return cost[source.Length, target.Length];
    }
}
