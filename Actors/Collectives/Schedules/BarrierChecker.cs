namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Proves a barrier: at its end each rank must know, from what it received, that every rank has begun. A message says all
/// that its sender knew when it sent it; a rank that has begun knows of itself.
/// </summary>
internal static class BarrierChecker
{
    public static List<ScheduleFault> Faults(Schedule schedule)
    {
        List<ScheduleFault> faults = [];
        var known = new ContributorSet[schedule.WorldSize];
        var told = new Dictionary<(int From, int To), ContributorSet>();
        for (int rank = 0; rank < known.Length; rank++)
            known[rank] = ContributorSet.Only(rank, schedule.WorldSize);

        foreach (ScheduleEvent happened in ScheduleWalk.Events(schedule))
        {
            Step step = schedule.ByRank[happened.Rank][happened.Step];
            if (ScheduleChecker.FaultOf(happened) is { } fault)
                faults.Add(fault);
            else if (step.Kind == StepKind.Send)
                told[(happened.Rank, step.Peer)] = known[happened.Rank];
            else if (step.Kind is StepKind.Receive or StepKind.ReceiveReduce)
                known[happened.Rank] = known[happened.Rank].Union(told[(step.Peer, happened.Rank)]);
        }

        for (int rank = 0; rank < known.Length; rank++)
        {
            int missing = schedule.WorldSize - known[rank].Count;
            string what = $"ends before {missing} ranks are sure to have begun";
            if (missing > 0)
                faults.Add(new ScheduleFault(ScheduleFaultKind.Incomplete, rank, -1, what));
        }

        return faults;
    }
}
