using System.IO.Enumeration;

namespace Orchestrator.Models.Pruning;

/// <summary>Names of matrices and gates as users write them.</summary>
internal static class Names
{
    private const int MostListed = 8;

    /// <summary>Whether a name has this form; <c>*</c> stands for any letters, dots included.</summary>
    public static bool Match(string pattern, string name) =>
        FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    /// <summary>The name with the smallest Levenshtein distance to what was written; the first of several.</summary>
    public static string Nearest(string written, IEnumerable<string> names) => names.MinBy(name => Distance(written, name))!;

    public static string List(IReadOnlyCollection<string> names)
    {
        string listed = string.Join(", ", names.Take(MostListed).Select(name => $"`{name}`"));
        return names.Count > MostListed ? $"{listed} and {names.Count - MostListed} more" : listed;
    }

    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[b.Length];
    }
}
