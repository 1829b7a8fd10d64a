namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Ring AllReduce (Patarasuk and Yuan, "Bandwidth optimal all-reduce algorithms for clusters of workstations", JPDC
/// 2009): p − 1 steps of reduce-scatter, then p − 1 steps of all-gather. Baidu brought it to deep learning in 2017; NCCL's
/// ring is the same.
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
/// <para>
/// With several channels (NCCL's word) the buffer is cut into as many parts, and each part has a ring of its own, the odd ones
/// in the opposite direction. A rank that has received for one channel sends for the next before it receives again, so that
/// something is on its way in each direction while it adds. Two ranks are each other's left and right neighbour: there all
/// channels go in one direction, and serve to overlap only.
/// </para>
/// </remarks>
internal static class RingAllReduce
{
    public static Schedule Build(int worldSize, int channels = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(worldSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        string name = channels == 1 ? "ring" : $"ring, {channels} channels";
        return Schedule.ForEachRank(
            name,
            CollectiveGoal.AllReduce,
            worldSize,
            channels * worldSize,
            scratch: 0,
            rank => Steps(rank, worldSize, channels));
    }

    /// <summary>The rounds of one member of a group, in one channel.</summary>
    /// <param name="member">Its number in the group; peers are numbered likewise.</param>
    /// <param name="members">How many there are.</param>
    /// <param name="firstChunk">Where the part begins that the group reduces: a chunk for each member.</param>
    public static IEnumerable<Exchange> Rounds(int member, int members, int firstChunk) =>
        Enumerable.Range(0, 2 * (members - 1)).Select(step => RoundOf(step, member, members, sign: 1, firstChunk));

    private static IEnumerable<Step> Steps(int rank, int worldSize, int channels)
    {
        int directions = worldSize > 2 && channels > 1 ? 2 : 1;
        Exchange[][] rounds =
            [.. Enumerable.Range(0, directions).Select(direction => Rounds(rank, worldSize, channels, direction, directions))];
        for (int index = 0; index <= rounds[0].Length; index++)
        {
            foreach (Exchange[] direction in rounds)
            {
                if (index > 0 && index <= direction.Length && direction[index - 1].Receive is { } receive)
                    yield return receive;
                if (index < direction.Length && direction[index].Send is { } send)
                    yield return send;
            }
        }
    }

    /// <summary>What a rank does for all channels of a direction, which take turns at each step of the ring.</summary>
    private static Exchange[] Rounds(int rank, int worldSize, int channels, int direction, int directions)
    {
        int sign = direction == 0 ? 1 : -1;
        List<Exchange> rounds = [];
        for (int step = 0; step < 2 * (worldSize - 1); step++)
        {
            for (int channel = direction; channel < channels; channel += directions)
                rounds.Add(RoundOf(step, rank, worldSize, sign, channel * worldSize));
        }

        return [.. rounds];
    }

    /// <summary>
    /// Seen in the channel's own direction a rank has the number sign · rank, and its right neighbour the next one. The chunk
    /// that a rank has just received it sends on in the next step, in both phases.
    /// </summary>
    private static Exchange RoundOf(int step, int rank, int worldSize, int sign, int firstChunk)
    {
        int seen = (sign * rank) - step;
        int received = firstChunk + Ring.Wrap(seen - 1, worldSize);
        int from = Ring.Wrap(rank - sign, worldSize);
        return new Exchange(
            Step.Send(Ring.Wrap(rank + sign, worldSize), firstChunk + Ring.Wrap(seen, worldSize)),
            step < worldSize - 1 ? Step.ReceiveReduce(from, received) : Step.Receive(from, received));
    }
}
