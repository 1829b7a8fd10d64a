using System.Collections.Concurrent;
using System.Diagnostics;

namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>Schedules that the checker has passed: none runs unproven. Each is built and proven once in a process.</summary>
internal static class VerifiedSchedules
{
    private static readonly ConcurrentDictionary<(Algorithm, int, SendSemantics), Schedule> Proven = new();

    public static Schedule Of(Algorithm algorithm, int worldSize, SendSemantics semantics) =>
        Proven.GetOrAdd((algorithm, worldSize, semantics), static key => Prove(Build(key.Item1, key.Item2), key.Item3));

    public static Schedule Build(Algorithm algorithm, int worldSize) => algorithm switch
    {
        Algorithm.Ring => RingAllReduce.Build(worldSize),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "No such algorithm."),
    };

    internal static Schedule Prove(Schedule schedule, SendSemantics semantics)
    {
        IReadOnlyList<ScheduleFault> faults = ScheduleChecker.Faults(schedule, semantics);
        return faults.Count == 0
            ? schedule
            : throw new UnreachableException($"Schedule `{schedule.Name}` for {schedule.WorldSize} ranks is wrong: {faults[0]}.");
    }
}

/// <summary>The algorithms that sum a buffer over all ranks.</summary>
internal enum Algorithm
{
    Ring,
}
