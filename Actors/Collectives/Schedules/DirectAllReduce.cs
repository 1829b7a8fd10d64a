namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Direct (all-to-all) AllReduce: <see cref="DirectReduceScatter"/>, then <see cref="DirectAllGather"/>. Each rank owns one
/// p-th of the buffer, adds it up in the order of the ranks and hands it to all.
/// </summary>
/// <remarks>
/// Communication steps: 2, of p − 1 messages each. Bytes sent by each rank: 2(p − 1)/p · n, the least possible.
/// Time: 2α + 2(p − 1)/p · nβ + (p − 1)/p · nγ, as long as p − 1 messages may be under way at once. The result is
/// x₀ + x₁ + … + x₍ₚ₋₁₎ from the left, bit for bit: independent of chunks, buckets and of who is whose neighbour.
/// </remarks>
internal static class DirectAllReduce
{
    public static Schedule Build(int worldSize) => Schedule.ForEachRank(
        "direct",
        CollectiveGoal.AllReduce,
        worldSize,
        chunks: worldSize,
        DirectReduceScatter.Scratch,
        rank => [.. DirectReduceScatter.Steps(rank, worldSize), .. DirectAllGather.Steps(rank, worldSize)]);
}
