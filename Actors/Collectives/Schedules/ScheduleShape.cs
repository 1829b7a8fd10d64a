namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>Whether each step of a schedule speaks of ranks, chunks and places that exist.</summary>
internal static class ScheduleShape
{
    public static IEnumerable<ScheduleFault> Faults(Schedule schedule)
    {
        if (schedule.Goal.Root < 0 || schedule.Goal.Root >= schedule.WorldSize)
            yield return new ScheduleFault(ScheduleFaultKind.OutOfRange, schedule.Goal.Root, -1, "is no root");
        if (!HasParts(schedule))
            yield return new ScheduleFault(ScheduleFaultKind.OutOfRange, 0, -1, "has parts of unequal chunks");
        for (int rank = 0; rank < schedule.WorldSize; rank++)
        {
            for (int index = 0; index < schedule.ByRank[rank].Length; index++)
            {
                Step step = schedule.ByRank[rank][index];
                if (!Exists(schedule, rank, step))
                    yield return new ScheduleFault(ScheduleFaultKind.OutOfRange, rank, index, $"cannot do {step}");
            }
        }
    }

    private static bool HasParts(Schedule schedule) =>
        schedule.Goal.Kind is not (CollectiveKind.ReduceScatter or CollectiveKind.AllGather)
        || schedule.Chunks % schedule.WorldSize == 0;

    private static bool Exists(Schedule schedule, int rank, Step step) => step.Kind switch
    {
        StepKind.AwaitSent => IsPeer(schedule, rank, step.Peer) && step.Chunk >= 0,
        StepKind.Reduce => IsMemory(schedule, step) && step.Place != Step.Home,
        StepKind.Send or StepKind.Receive or StepKind.ReceiveReduce =>
            IsPeer(schedule, rank, step.Peer) && IsMemory(schedule, step),
        _ => false,
    };

    private static bool IsPeer(Schedule schedule, int rank, int peer) =>
        peer >= 0 && peer < schedule.WorldSize && peer != rank;

    private static bool IsMemory(Schedule schedule, Step step) =>
        step.Count >= 1 && step.Chunk >= 0 && step.Chunk + step.Count <= schedule.Chunks
        && step.Place >= Step.Home && step.Place < schedule.Scratch && (step.Place == Step.Home || step.Count == 1);
}
