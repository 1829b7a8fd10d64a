namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Ring AllReduce (Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations", JPDC
/// 2009): p − 1 steps of reduce-scatter, then p − 1 steps of all-gather.
/// </summary>
/// <remarks>
/// <para>
/// Communication steps: 2(p − 1). Bytes sent by each rank: 2(p − 1)/p · n, the least that any algorithm can do with.
/// Time under α-β-γ: 2(p − 1)α + 2(p − 1)/p · nβ + (p − 1)/p · nγ.
/// </para>
/// <para>
/// Each rank sends to its right neighbour and receives from its left one. Chunk c starts its way at rank c and is
/// summed up along the ring, so that it is added in the order c, c + 1, … of the ranks: the same order at each run,
/// and the one place where it is finished hands the same bits to all. What is sent at each step, p = 4:
/// <code>
///                 rank 0   1   2   3
/// reduce-scatter       0   1   2   3     partial sums of one rank
///                      3   0   1   2     of two
///                      2   3   0   1     of three; then rank r owns the whole sum of chunk r + 1
/// all-gather           1   2   3   0
///                      0   1   2   3
///                      3   0   1   2
/// </code>
/// </para>
/// </remarks>
internal static class RingAllReduce
{
    public static Schedule Build(int worldSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(worldSize, 1);
        return Schedule.ForEachRank("ring", CollectiveGoal.AllReduce, worldSize, chunks: worldSize, scratch: 0, Steps);

        IEnumerable<Step> Steps(int rank)
        {
            for (int step = 0; step < worldSize - 1; step++)
            {
                yield return Step.Send(Wrap(rank + 1), Wrap(rank - step));
                yield return Step.ReceiveReduce(Wrap(rank - 1), Wrap(rank - step - 1));
            }

            for (int step = 0; step < worldSize - 1; step++)
            {
                yield return Step.Send(Wrap(rank + 1), Wrap(rank + 1 - step));
                yield return Step.Receive(Wrap(rank - 1), Wrap(rank - step));
            }
        }

        int Wrap(int index) => ((index % worldSize) + worldSize) % worldSize;
    }
}
