using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Tests.Collectives.Schedules;

/// <summary>Whether a schedule does what its goal says, tried on random numbers in a random order of steps.</summary>
internal static class OnNumbers
{
    public static bool IsRight(Schedule schedule, int room, Random random) =>
        schedule.Goal.Kind == CollectiveKind.Barrier
            ? RandomRun<long>.Of(schedule, room, random, (_, _) => 0) is not null
            : SumsAreRight(schedule, room, random) && BitsAreEqual(schedule, room, random);

    /// <summary>In whole numbers, where a sum is exact: a contribution that is missing, doubled or misplaced shows.</summary>
    private static bool SumsAreRight(Schedule schedule, int room, Random random)
    {
        Dictionary<(int, int), long> values = [];
        RandomRun<long>? run = RandomRun<long>.Of(schedule, room, random, Draw);
        return run is not null && Wanted(schedule).All(wanted => run.Home[wanted.Rank][wanted.Chunk] == Expected(wanted.Chunk));

        long Draw(int rank, int chunk) => values[(rank, chunk)] = random.NextInt64() >> 12;

        long Expected(int chunk) => Contributors(schedule, chunk).Sum(rank => values[(rank, chunk)]);
    }

    /// <summary>In doubles, where each order of additions has its own last bits.</summary>
    private static bool BitsAreEqual(Schedule schedule, int room, Random random)
    {
        RandomRun<double>? run = RandomRun<double>.Of(schedule, room, random, (_, _) => random.NextDouble());
        return run is not null && Wanted(schedule)
            .GroupBy(wanted => wanted.Chunk, wanted => run.Home[wanted.Rank][wanted.Chunk])
            .All(values => values.Distinct().Count() == 1);
    }

    private static IEnumerable<(int Rank, int Chunk)> Wanted(Schedule schedule) =>
        from rank in Enumerable.Range(0, schedule.WorldSize)
        from chunk in Enumerable.Range(0, schedule.Chunks)
        where schedule.Goal.Kind != CollectiveKind.ReduceScatter || PartOf(schedule, chunk) == rank
        select (rank, chunk);

    private static IEnumerable<int> Contributors(Schedule schedule, int chunk) => schedule.Goal.Kind switch
    {
        CollectiveKind.AllGather => [PartOf(schedule, chunk)],
        CollectiveKind.Broadcast => [schedule.Goal.Root],
        _ => Enumerable.Range(0, schedule.WorldSize),
    };

    private static int PartOf(Schedule schedule, int chunk) => chunk * schedule.WorldSize / schedule.Chunks;
}
