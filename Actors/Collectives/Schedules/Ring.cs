namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>Ranks in a circle.</summary>
internal static class Ring
{
    /// <summary>The place in the circle of a number that may have gone past either end.</summary>
    public static int Wrap(int index, int size) => ((index % size) + size) % size;
}
