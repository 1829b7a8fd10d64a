using System.Collections.Immutable;

namespace Orchestrator.Actors.Placement;

/// <summary>
/// Which trial starts next and where. A gang is placed whole or not at all: ranks that wait for others would hold slots that
/// the others need.
/// </summary>
internal static class GangPlacement
{
    /// <summary>
    /// How many smaller trials may start before a gang that does not fit. Without a bound a gang starves while single trials
    /// take each slot as it falls free; with 0 slots lie idle whenever a gang is next.
    /// </summary>
    public const int OvertakesMax = 16;

    /// <summary>The trial that starts now; null: none fits, or the first one has been overtaken often enough.</summary>
    public static (int Trial, int WorldSize)? Next(ReadyQueue ready, int freeSlots, int overtakes) =>
        ready.First is not { } first ? null
        : first.WorldSize <= freeSlots ? first
        : overtakes < OvertakesMax ? ready.FirstOf(freeSlots)
        : null;

    /// <summary>The workers of a gang, by rank: the first free ones, so that equal states place equally.</summary>
    public static ImmutableArray<string> WorkersFor(int worldSize, ImmutableSortedSet<string> free)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(worldSize, free.Count);
        return [.. free.Take(worldSize)];
    }
}
