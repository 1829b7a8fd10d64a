namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Ranks in a line, pipelined: AllReduce as a reduction from rank 0 to the last rank and a broadcast back (the linear pipeline
/// of Wang et al., arXiv 1611.04255); and the broadcast alone, from the root around.
/// </summary>
/// <remarks>
/// <para>
/// With S segments of n/S bytes. AllReduce: communication steps 2(p − 1) + S − 1, bytes sent by an inner rank: 2n. Each step
/// takes α + n/S · β while segments go in one direction only, and twice the bytes where they go in both; for many segments
/// time tends to 2nβ, against the ring's 2(p − 1)/p · nβ, with latency besides: a baseline.
/// Broadcast: (p − 2 + S)(α + n/S · β), which tends to nβ: the choice for large buffers.
/// </para>
/// <para>
/// Which segment is sent at each step of the reduction, p = 4, S = 3:
/// <code>
/// rank 0 → 1   1 → 2   2 → 3
///      0
///      1       0
///      2       1       0
///              2       1
///                      2
/// </code>
/// </para>
/// </remarks>
internal static class Chain
{
    public static Schedule AllReduce(int worldSize, int segments)
    {
        Timetable timetable = new();
        int last = worldSize - 1;
        for (int segment = 0; segment < segments; segment++)
        {
            for (int rank = 0; rank < last; rank++)
            {
                timetable.SendToReduce(segment + rank, rank, rank + 1, segment);
                timetable.Send(segment + last + (last - 1 - rank), rank + 1, rank, segment);
            }
        }

        return timetable.Build($"chain, {segments} segments", CollectiveGoal.AllReduce, worldSize, segments);
    }

    public static Schedule Broadcast(int worldSize, int root, int segments)
    {
        Timetable timetable = new();
        for (int segment = 0; segment < segments; segment++)
        {
            for (int hop = 0; hop < worldSize - 1; hop++)
                timetable.Send(segment + hop, RankAfter(hop), RankAfter(hop + 1), segment);
        }

        return timetable.Build($"chain, {segments} segments", CollectiveGoal.Broadcast(root), worldSize, segments);

        int RankAfter(int hops) => Ring.Wrap(root + hops, worldSize);
    }
}
