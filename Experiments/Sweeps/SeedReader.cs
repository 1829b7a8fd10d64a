using System.Collections.Immutable;
using Orchestrator.Experiments.Sweeps.Syntax;

namespace Orchestrator.Experiments.Sweeps;

/// <summary>A count n stands for 0 … n − 1; a list stands for itself.</summary>
internal static class SeedReader
{
    /// <summary>More pairs than any comparison needs.</summary>
    public const int CountMax = 10_000;

    private static readonly string Allowed = $"a whole number from 1 to {CountMax}, or a list of different whole numbers from 0";

    /// <summary>Empty if they are wrong; that is reported.</summary>
    public static ImmutableArray<long> Read(Node node, ErrorSink errors) => node switch
    {
        ScalarNode { Value: long count and >= 1 and <= CountMax } => [.. Enumerable.Range(0, (int)count).Select(seed => (long)seed)],
        ListNode { Items: { Length: >= 1 and <= CountMax } items } => ReadList(items, errors),
        _ => Wrong(node, errors),
    };

    private static ImmutableArray<long> ReadList(ImmutableArray<Node> items, ErrorSink errors)
    {
        var seeds = new List<long>();
        foreach (Node item in items)
        {
            if (item is not ScalarNode { Value: long seed and >= 0 })
                errors.AddFound(item, "a whole number from 0");
            else if (seeds.Contains(seed))
                errors.Add(item.Place, $"The seed {seed} stands here twice.");
            else
                seeds.Add(seed);
        }

        return [.. seeds];
    }

    private static ImmutableArray<long> Wrong(Node node, ErrorSink errors)
    {
        errors.AddFound(node, Allowed);
        return [];
    }
}
