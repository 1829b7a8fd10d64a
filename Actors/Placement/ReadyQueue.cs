using System.Collections.Immutable;

namespace Orchestrator.Actors.Placement;

/// <summary>
/// Trials that may start, in the order of the plan, kept apart by world size: a plan has many trials and few world sizes, so
/// that the first one that fits is found without a search.
/// </summary>
internal sealed record ReadyQueue
{
    public static readonly ReadyQueue Empty = new();

    private ReadyQueue()
    {
    }

    /// <summary>World size to the indices of trials in the plan; no set is empty.</summary>
    private ImmutableSortedDictionary<int, ImmutableSortedSet<int>> ByWorldSize { get; init; } =
        ImmutableSortedDictionary<int, ImmutableSortedSet<int>>.Empty;

    public bool IsEmpty => ByWorldSize.IsEmpty;

    /// <summary>The first trial of all; null if none waits.</summary>
    public (int Trial, int WorldSize)? First => FirstOf(int.MaxValue);

    /// <summary>The first trial that needs at most so many slots; null if there is none.</summary>
    public (int Trial, int WorldSize)? FirstOf(int slots)
    {
        (int Trial, int WorldSize)? first = null;
        foreach ((int worldSize, ImmutableSortedSet<int> trials) in ByWorldSize)
        {
            if (worldSize > slots)
                break;
            if (first is null || trials.Min < first.Value.Trial)
                first = (trials.Min, worldSize);
        }

        return first;
    }

    public bool Contains(int trial, int worldSize) =>
        ByWorldSize.TryGetValue(worldSize, out ImmutableSortedSet<int>? trials) && trials.Contains(trial);

    public ReadyQueue Add(int trial, int worldSize)
    {
        ImmutableSortedSet<int> trials = ByWorldSize.GetValueOrDefault(worldSize, []);
        return this with { ByWorldSize = ByWorldSize.SetItem(worldSize, trials.Add(trial)) };
    }

    public ReadyQueue Remove(int trial, int worldSize)
    {
        if (!ByWorldSize.TryGetValue(worldSize, out ImmutableSortedSet<int>? trials))
            return this;
        ImmutableSortedSet<int> left = trials.Remove(trial);
        return this with
        {
            ByWorldSize = left.IsEmpty ? ByWorldSize.Remove(worldSize) : ByWorldSize.SetItem(worldSize, left),
        };
    }
}
