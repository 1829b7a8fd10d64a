using System.Numerics;

namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Two levels, for nodes whose ranks are close to each other and far from others: reduce-scatter inside each node, AllReduce of
/// each part between the nodes, all-gather inside each node (as NCCL and Horovod do; Jia et al., arXiv 1807.11205).
/// </summary>
/// <remarks>
/// <para>
/// With s ranks a node and M nodes, inside a node directly, each to each; between nodes by halving and doubling, or round
/// the ring where the number of nodes is small and no power of two. Communication steps: 2 + 2 lg M. Bytes that a rank sends
/// to other nodes: 2(M − 1)/M · n/s, all s ranks at the same time; inside: 2(s − 1)/s · n. Time, for the costs α, β, γ
/// inside and α′, β′ between: 2α + 2(s − 1)/s · nβ + (s − 1)/s · nγ + 2 lg M · α′ + 2(M − 1)/(Ms) · nβ′ + (M − 1)/(Ms) · nγ.
/// </para>
/// <para>
/// The last node may have fewer ranks; each of them then owns several parts. Who owns which part, s = 4, p = 10:
/// <code>
/// part     0   1   2   3
/// node 0   0   1   2   3
/// node 1   4   5   6   7
/// node 2   8   8   9   9
/// </code>
/// Each chunk is finished at one rank only, which hands its bits to all.
/// </para>
/// </remarks>
internal static class Hierarchical
{
    /// <summary>Up to so many nodes the ring's latency is worth the bytes that fold-in costs besides.</summary>
    private const int RingNodesMax = 16;

    public static Schedule Build(int worldSize, int nodeSize)
    {
        Layout layout = new(worldSize, Math.Min(nodeSize, worldSize));
        return Schedule.ForEachRank(
            $"hierarchical, {layout.NodeSize} ranks a node",
            CollectiveGoal.AllReduce,
            worldSize,
            chunks: layout.NodeSize * layout.ChunksPerPart,
            scratch: 0,
            rank => [.. ScatterInside(rank, layout), .. BetweenNodes(rank, layout), .. GatherInside(rank, layout)]);
    }

    /// <summary>Whether so many nodes go round the ring.</summary>
    public static bool UsesRing(int nodes) => nodes <= RingNodesMax && !BitOperations.IsPow2(nodes);

    private static IEnumerable<Step> ScatterInside(int rank, Layout layout)
    {
        foreach (int to in layout.OthersOnNode(rank, sign: 1))
        {
            (int chunk, int count) = layout.Owned(to);
            yield return Step.Send(to, chunk, count: count);
        }

        (int own, int owned) = layout.Owned(rank);
        foreach (int from in layout.OthersOnNode(rank, sign: 1).Order())
            yield return Step.ReceiveReduce(from, own, count: owned);
    }

    private static IEnumerable<Step> GatherInside(int rank, Layout layout)
    {
        (int own, int owned) = layout.Owned(rank);
        foreach (int to in layout.OthersOnNode(rank, sign: 1))
            yield return Step.Send(to, own, count: owned);
        foreach (int from in layout.OthersOnNode(rank, sign: -1))
        {
            (int chunk, int count) = layout.Owned(from);
            yield return Step.Receive(from, chunk, count: count);
        }
    }

    private static IEnumerable<Step> BetweenNodes(int rank, Layout layout)
    {
        int node = rank / layout.NodeSize;
        Exchange[][] parts = [.. layout.PartsOf(rank).Select(part => Rounds(node, part, layout).ToArray())];
        for (int round = 0; round < parts[0].Length; round++)
        {
            foreach (Exchange[] part in parts)
            {
                if (part[round].Send is { } send)
                    yield return send;
            }

            foreach (Exchange[] part in parts)
            {
                if (part[round].Receive is { } receive)
                    yield return receive;
            }
        }
    }

    private static IEnumerable<Exchange> Rounds(int node, int part, Layout layout)
    {
        int firstChunk = part * layout.ChunksPerPart;
        IEnumerable<Exchange> rounds = layout.UsesRing
            ? RingAllReduce.Rounds(node, layout.Nodes, firstChunk)
            : HalvingDoubling.Rounds(node, layout.Nodes, firstChunk);
        return rounds.Select(exchange => new Exchange(WithRank(exchange.Send), WithRank(exchange.Receive)));

        Step? WithRank(Step? step) => step is { } some ? some with { Peer = layout.Owner(part, some.Peer) } : null;
    }

    private readonly record struct Layout(int WorldSize, int NodeSize)
    {
        public int Nodes => (WorldSize + NodeSize - 1) / NodeSize;

        public bool UsesRing => Hierarchical.UsesRing(Nodes);

        public int ChunksPerPart => UsesRing ? Nodes : new FoldIn(Nodes).Positions;

        /// <summary>The rank on a node that owns a part: parts are dealt out in rows, as evenly as they allow.</summary>
        public int Owner(int part, int node) => (node * NodeSize) + (int)((long)part * SizeOf(node) / NodeSize);

        public IEnumerable<int> PartsOf(int rank)
        {
            Layout layout = this;
            return Enumerable.Range(0, NodeSize).Where(part => layout.Owner(part, rank / layout.NodeSize) == rank);
        }

        /// <summary>The chunks of a rank's parts.</summary>
        public (int Chunk, int Count) Owned(int rank) =>
            (PartsOf(rank).First() * ChunksPerPart, PartsOf(rank).Count() * ChunksPerPart);

        /// <summary>The other ranks of the node, in a circle to the right or to the left.</summary>
        public IEnumerable<int> OthersOnNode(int rank, int sign)
        {
            int first = rank / NodeSize * NodeSize;
            int size = SizeOf(rank / NodeSize);
            return Enumerable.Range(1, size - 1).Select(distance => first + Ring.Wrap(rank - first + (sign * distance), size));
        }

        private int SizeOf(int node) => Math.Min(NodeSize, WorldSize - (node * NodeSize));
    }
}
