namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// The first half of the ring (see <see cref="RingAllReduce"/>), turned by one so that rank r ends with part r.
/// </summary>
/// <remarks>
/// Communication steps: p − 1. Bytes sent by each rank: (p − 1)/p · n. Time: (p − 1)α + (p − 1)/p · n(β + γ).
/// What is sent at each step, p = 4:
/// <code>
/// rank 0   1   2   3
///      3   0   1   2     partial sums of one rank
///      2   3   0   1     of two
///      1   2   3   0     of three; the receiver adds its own, and rank r has all of chunk r
/// </code>
/// </remarks>
internal static class RingReduceScatter
{
    public static Schedule Build(int worldSize)
    {
        return Schedule.ForEachRank("ring", CollectiveGoal.ReduceScatter, worldSize, chunks: worldSize, scratch: 0, Steps);

        IEnumerable<Step> Steps(int rank)
        {
            for (int step = 1; step < worldSize; step++)
            {
                yield return Step.Send(Wrap(rank + 1), Wrap(rank - step));
                yield return Step.ReceiveReduce(Wrap(rank - 1), Wrap(rank - step - 1));
            }
        }

        int Wrap(int index) => Ring.Wrap(index, worldSize);
    }
}
