namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Dissemination barrier (Hensgen, Finkel and Manber, "Two algorithms for barrier synchronization", IJPP 1988): in round k
/// each rank tells the one 2ᵏ to its right all that it has heard.
/// </summary>
/// <remarks>
/// Communication steps: ⌈lg p⌉, of empty messages. Time: ⌈lg p⌉ · α. Who is known to have begun, rank 4 of 5:
/// <code>
/// round 0   34       from 3
/// round 1   1234     from 2
/// round 2   all      from 0
/// </code>
/// What arrives goes to a scratch place, so that it needs to wait for no send.
/// </remarks>
internal static class DisseminationBarrier
{
    public static Schedule Build(int worldSize)
    {
        return Schedule.ForEachRank("dissemination", CollectiveGoal.Barrier, worldSize, chunks: 1, scratch: 1, Steps);

        IEnumerable<Step> Steps(int rank)
        {
            for (int distance = 1; distance < worldSize; distance *= 2)
            {
                yield return Step.Send(Ring.Wrap(rank + distance, worldSize), chunk: 0);
                yield return Step.Receive(Ring.Wrap(rank - distance, worldSize), chunk: 0, place: 0);
            }
        }
    }
}
