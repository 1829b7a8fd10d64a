using System.Collections.Concurrent;
using System.Diagnostics;

namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>Schedules that the checker has passed: none runs unproven. Each is built and proven once in a process.</summary>
internal static class VerifiedSchedules
{
    private static readonly ConcurrentDictionary<ScheduleSpec, Schedule> Proven = new();

    public static Schedule Of(ScheduleSpec spec) =>
        Proven.GetOrAdd(spec.Normalized(), static wanted => Prove(wanted.Build()));

    internal static Schedule Prove(Schedule schedule)
    {
        IReadOnlyList<ScheduleFault> faults = ScheduleChecker.Faults(schedule);
        return faults.Count == 0
            ? schedule
            : throw new UnreachableException($"Schedule `{schedule.Name}` for {schedule.WorldSize} ranks is wrong: {faults[0]}.");
    }
}
