using System.Numerics;

namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Binomial tree (Thakur, Rabenseifner and Gropp 2005): AllReduce as a reduction to rank 0 and a broadcast from there; and
/// the broadcast alone.
/// </summary>
/// <remarks>
/// <para>
/// AllReduce: communication steps 2⌈lg p⌉; bytes sent by rank 0: n⌈lg p⌉; time 2⌈lg p⌉(α + nβ) + ⌈lg p⌉ · nγ. Broadcast:
/// ⌈lg p⌉(α + nβ). Few messages in all, 2(p − 1); a baseline, as recursive doubling has half its steps.
/// </para>
/// <para>
/// Who sends to whom, p = 6; the broadcast goes the same way back:
/// <code>
/// round 0    1 → 0   3 → 2   5 → 4
/// round 1    2 → 0
/// round 2    4 → 0
/// </code>
/// </para>
/// </remarks>
internal static class BinomialTree
{
    public static Schedule AllReduce(int worldSize)
    {
        Timetable timetable = new();
        int rounds = Rounds(worldSize);
        foreach ((int round, int parent, int child) in Edges(worldSize))
        {
            timetable.SendToReduce(round, child, parent, chunk: 0);
            timetable.Send((2 * rounds) - 1 - round, parent, child, chunk: 0);
        }

        return timetable.Build("tree", CollectiveGoal.AllReduce, worldSize, chunks: 1);
    }

    public static Schedule Broadcast(int worldSize, int root)
    {
        Timetable timetable = new();
        foreach ((int round, int parent, int child) in Edges(worldSize))
            timetable.Send(-round, RankAt(parent), RankAt(child), chunk: 0);
        return timetable.Build("tree", CollectiveGoal.Broadcast(root), worldSize, chunks: 1);

        int RankAt(int position) => Ring.Wrap(position + root, worldSize);
    }

    private static int Rounds(int worldSize) => BitOperations.Log2((uint)worldSize * 2 - 1);

    private static IEnumerable<(int Round, int Parent, int Child)> Edges(int worldSize)
    {
        for (int round = 0; round < Rounds(worldSize); round++)
        {
            int distance = 1 << round;
            for (int child = distance; child < worldSize; child += 2 * distance)
                yield return (round, child - distance, child);
        }
    }
}
