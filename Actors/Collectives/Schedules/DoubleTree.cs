using System.Numerics;

namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Two binary trees, pipelined (Sanders, Speck and Träff, "Two-tree algorithms for full bandwidth broadcast, reduction and
/// scan", Parallel Computing 2009; NCCL has it since 2.4, whose trees these are): each half of the buffer is reduced up a tree
/// of its own and broadcast down again, and a rank that is an inner node of the one is a leaf of the other.
/// </summary>
/// <remarks>
/// <para>
/// An inner node of a binary tree receives two messages for each that it sends, and a leaf receives none: one tree alone uses
/// half of the links. Bytes sent by each rank: about 2n. Time with S segments a tree, h = ⌈lg p⌉:
/// ≈ (2(S − 1) + 4h)α + (5(S − 1) + 6h)/(2S) · nβ + (S − 1 + 2h)/(2S) · nγ, so for the best S about 2.5nβ and some 4h · α: not
/// far from the ring's bytes at a tree's latency, for many ranks. (Perfect overlap of up and down would give 2nβ; ranks
/// here take their messages in a fixed order.)
/// </para>
/// <para>
/// Each segment is finished at the root of its tree, which hands its bits to all. The first tree for p = 14; the second is its
/// mirror image (p even), or the same turned by one (p odd):
/// <code>
/// 0 ──────────── 8
///            ╱       ╲
///        4               12
///      ╱   ╲           ╱    ╲
///    2       6       10       13
///   ╱ ╲     ╱ ╲     ╱  ╲
///  1   3   5   7   9    11
/// </code>
/// A segment goes up one level every two rounds, the first child's in the first, the second child's in the second of them. Down
/// it goes likewise, with the second child before the first where the trees are mirror images: there the same two ranks
/// are neighbours in both trees, and would have two messages for each other in one round.
/// </para>
/// </remarks>
internal static class DoubleTree
{
    public static Schedule Build(int worldSize, int segments)
    {
        Timetable timetable = new();
        int[] depths = [.. Enumerable.Range(0, worldSize).Select(position => Depth(position, worldSize))];
        int height = depths.Max();
        for (int segment = 0; segment < segments; segment++)
        {
            for (int position = 1; position < worldSize; position++)
            {
                AddEdge(segment, position, RankInFirst, firstChunk: 0);
                AddEdge(segment, position, RankInSecond, firstChunk: segments);
            }
        }

        return timetable.Build($"double tree, {segments} segments", CollectiveGoal.AllReduce, worldSize, 2 * segments);

        void AddEdge(int segment, int position, Func<int, int> rankAt, int firstChunk)
        {
            int parent = Parent(position, worldSize);
            int side = position > parent && parent != 0 ? 1 : 0;
            (int child, int above, int chunk) = (rankAt(position), rankAt(parent), firstChunk + segment);
            timetable.SendToReduce((2 * (segment + height - depths[position])) + side, child, above, chunk);
            int sideDown = worldSize % 2 == 0 ? 1 - side : side;
            timetable.Send((2 * (segment + height + depths[position] - 1)) + sideDown, above, child, chunk);
        }

        int RankInFirst(int position) => position;

        int RankInSecond(int position) =>
            worldSize % 2 == 0 ? worldSize - 1 - position : Ring.Wrap(position + 1, worldSize);
    }

    private static int Depth(int position, int worldSize)
    {
        int depth = 0;
        for (; position != 0; position = Parent(position, worldSize))
            depth++;
        return depth;
    }

    /// <summary>
    /// The lowest one moves up a place, together with what it meets there: 5 and 7 (101, 111) have the parent 6 (110). Where
    /// there is no such rank, it only goes.
    /// </summary>
    private static int Parent(int position, int worldSize)
    {
        int lowest = 1 << BitOperations.TrailingZeroCount(position);
        int parent = (position ^ lowest) | (lowest << 1);
        return parent < worldSize ? parent : position ^ lowest;
    }
}
