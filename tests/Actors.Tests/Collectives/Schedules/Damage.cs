using System.Collections.Immutable;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Tests.Collectives.Schedules;

/// <summary>Schedules with one thing wrong.</summary>
internal static class Damage
{
    public static bool IsMove(Step step) => step.Kind != StepKind.AwaitSent;

    /// <summary>Without the step of a kind that comes after so many others of that kind, and with the waits that it then needs.</summary>
    public static Schedule Without(Schedule schedule, int rank, StepKind kind, int skipped) =>
        With(schedule, rank, steps => Guarded(steps.RemoveAt(IndexOf(steps, kind, skipped))));

    public static Schedule WithoutLast(Schedule schedule, int rank) =>
        With(schedule, rank, steps => steps.RemoveAt(steps.Length - 1));

    /// <summary>
    /// With the step of a kind changed that comes after so many others of that kind, and with the waits that it then needs.
    /// </summary>
    public static Schedule WithMove(Schedule schedule, int rank, StepKind kind, int skipped, Func<Step, Step> change) =>
        With(schedule, rank, steps =>
        {
            int index = IndexOf(steps, kind, skipped);
            return Guarded(steps.SetItem(index, change(steps[index])));
        });

    /// <summary>One random change to one step of one rank.</summary>
    public static Schedule AtRandom(Schedule schedule, Random random)
    {
        int rank = random.Next(schedule.WorldSize);
        ImmutableArray<Step> steps = schedule.ByRank[rank];
        if (steps.IsEmpty)
            return schedule;
        int index = random.Next(steps.Length);
        int other = random.Next(steps.Length);
        Step step = steps[index];
        return With(schedule, rank, _ => random.Next(9) switch
        {
            0 => steps.RemoveAt(index),
            1 => steps.Insert(other, step),
            2 => steps.SetItem(index, steps[other]).SetItem(other, step),
            3 => steps.SetItem(index, step with { Peer = random.Next(schedule.WorldSize) }),
            4 => steps.SetItem(index, step with { Chunk = random.Next(schedule.Chunks) }),
            5 => steps.SetItem(index, step with { Kind = Flipped(step.Kind) }),
            6 => steps.SetItem(index, step with { Place = (short)random.Next(Step.Home, schedule.Scratch) }),
            7 => steps.SetItem(index, step with { Count = (ushort)random.Next(1, schedule.Chunks + 1) }),
            _ => WithoutAWait(steps, random),
        });
    }

    private static ImmutableArray<Step> Guarded(ImmutableArray<Step> steps) => SendWaits.Insert(steps.Where(IsMove));

    private static StepKind Flipped(StepKind kind) => kind switch
    {
        StepKind.Receive => StepKind.ReceiveReduce,
        StepKind.ReceiveReduce => StepKind.Receive,
        _ => kind,
    };

    private static ImmutableArray<Step> WithoutAWait(ImmutableArray<Step> steps, Random random)
    {
        int[] waits = [.. Enumerable.Range(0, steps.Length).Where(index => !IsMove(steps[index]))];
        return waits.Length == 0 ? steps : steps.RemoveAt(waits[random.Next(waits.Length)]);
    }

    private static int IndexOf(ImmutableArray<Step> steps, StepKind kind, int skipped) =>
        Enumerable.Range(0, steps.Length).Where(index => steps[index].Kind == kind).ElementAt(skipped);

    private static Schedule With(Schedule schedule, int rank, Func<ImmutableArray<Step>, ImmutableArray<Step>> change) =>
        schedule with { ByRank = schedule.ByRank.SetItem(rank, change(schedule.ByRank[rank])) };
}
