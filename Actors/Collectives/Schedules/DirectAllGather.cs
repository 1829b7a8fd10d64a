namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>Direct all-gather: each rank sends its part to every other rank, all at once.</summary>
/// <remarks>
/// <para>
/// Communication steps: 1, of p − 1 messages that are under way together. Bytes sent by each rank: (p − 1)/p · n.
/// Time: α + (p − 1)/p · nβ.
/// </para>
/// <para>
/// Each rank begins with its right neighbour and receives from its left one first: at each moment a rank sends to one rank
/// and receives from one rank. Whose part is received, p = 4:
/// <code>
/// rank 0   1   2   3
///      3   0   1   2
///      2   3   0   1
///      1   2   3   0
/// </code>
/// </para>
/// </remarks>
internal static class DirectAllGather
{
    public static Schedule Build(int worldSize) => Schedule.ForEachRank(
        "direct", CollectiveGoal.AllGather, worldSize, chunks: worldSize, scratch: 0, rank => Steps(rank, worldSize));

    public static IEnumerable<Step> Steps(int rank, int worldSize)
    {
        for (int distance = 1; distance < worldSize; distance++)
            yield return Step.Send(Ring.Wrap(rank + distance, worldSize), chunk: rank);
        for (int distance = 1; distance < worldSize; distance++)
        {
            int owner = Ring.Wrap(rank - distance, worldSize);
            yield return Step.Receive(owner, chunk: owner);
        }
    }
}
