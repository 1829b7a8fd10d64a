namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Direct reduce-scatter (pairwise exchange without an order among the sends; Thakur, Rabenseifner and Gropp 2005): each rank
/// sends every other rank its part, all at once, and adds up its own part in the order of the ranks.
/// </summary>
/// <remarks>
/// <para>
/// Communication steps: 1, of p − 1 messages that are under way together. Bytes sent by each rank: (p − 1)/p · n.
/// Time: α + (p − 1)/p · n(β + γ).
/// </para>
/// <para>
/// Every element is x₀ + x₁ + … + x₍ₚ₋₁₎, added from the left: the same bits whatever the part that it lies in, and so
/// whatever the buckets. What comes before a rank's own contribution is gathered in a scratch place. Rank 2 of 4:
/// <code>
/// send     part 3 to 3, part 0 to 0, part 1 to 1      each rank begins with its right neighbour, so that
///                                                     not all come to rank 0 first
/// scratch  = x0
/// scratch += x1
/// home(x2) += scratch
/// home     += x3
/// </code>
/// </para>
/// </remarks>
internal static class DirectReduceScatter
{
    public const int Scratch = 1;

    public static Schedule Build(int worldSize) => Schedule.ForEachRank(
        "direct", CollectiveGoal.ReduceScatter, worldSize, chunks: worldSize, Scratch, rank => Steps(rank, worldSize));

    public static IEnumerable<Step> Steps(int rank, int worldSize)
    {
        for (int distance = 1; distance < worldSize; distance++)
        {
            int owner = Ring.Wrap(rank + distance, worldSize);
            yield return Step.Send(owner, chunk: owner);
        }

        for (int from = 0; from < rank; from++)
            yield return from == 0 ? Step.Receive(from, rank, place: 0) : Step.ReceiveReduce(from, rank, place: 0);
        if (rank > 0)
            yield return Step.Reduce(rank, place: 0);
        for (int from = rank + 1; from < worldSize; from++)
            yield return Step.ReceiveReduce(from, rank);
    }
}
