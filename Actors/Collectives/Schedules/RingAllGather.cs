namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>The second half of the ring (see <see cref="RingAllReduce"/>): each part goes once around.</summary>
/// <remarks>
/// Communication steps: p − 1. Bytes sent by each rank: (p − 1)/p · n. Time: (p − 1)α + (p − 1)/p · nβ.
/// What is sent at each step, p = 4:
/// <code>
/// rank 0   1   2   3
///      0   1   2   3
///      3   0   1   2
///      2   3   0   1
/// </code>
/// </remarks>
internal static class RingAllGather
{
    public static Schedule Build(int worldSize)
    {
        return Schedule.ForEachRank("ring", CollectiveGoal.AllGather, worldSize, chunks: worldSize, scratch: 0, Steps);

        IEnumerable<Step> Steps(int rank)
        {
            for (int step = 0; step < worldSize - 1; step++)
            {
                yield return Step.Send(Wrap(rank + 1), Wrap(rank - step));
                yield return Step.Receive(Wrap(rank - 1), Wrap(rank - step - 1));
            }
        }

        int Wrap(int index) => Ring.Wrap(index, worldSize);
    }
}
