namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Recursive halving, then recursive doubling (Rabenseifner, "Optimization of collective reduction operations", ICCS 2004):
/// reduce-scatter in lg p rounds, in each of which a rank gives away one half of what it still adds up and receives the other;
/// then the same way back as an all-gather.
/// </summary>
/// <remarks>
/// <para>
/// Communication steps: 2 lg p. Bytes sent by each rank: 2(p − 1)/p · n, the least possible. Time:
/// 2 lg p · α + 2(p − 1)/p · nβ + (p − 1)/p · nγ; for other than powers of two the same for p′ and 2(α + nβ) + nγ more;
/// see <see cref="FoldIn"/>.
/// </para>
/// <para>
/// Neighbours exchange the largest halves, since where ranks are unlike far from each other they are the nearest. Each
/// chunk is finished at one rank only, which hands its bits to all. What a rank has after each round, p = 4:
/// <code>
/// rank       0     1     2     3
/// at first   0123  0123  0123  0123
/// halving    01    23    01    23        0 ↔ 1, 2 ↔ 3
///            0     2     1     3         0 ↔ 2, 1 ↔ 3
/// doubling   01    23    01    23        0 ↔ 2, 1 ↔ 3
///            0123  0123  0123  0123      0 ↔ 1, 2 ↔ 3
/// </code>
/// </para>
/// </remarks>
internal static class HalvingDoubling
{
    public static Schedule Build(int worldSize)
    {
        int chunks = new FoldIn(worldSize).Positions;
        return Schedule.ForEachRank("halving and doubling", CollectiveGoal.AllReduce, worldSize, chunks, scratch: 0, rank =>
            Exchange.Flatten(Rounds(rank, worldSize, firstChunk: 0)));
    }

    /// <summary>The rounds of one member of a group, as many for each member.</summary>
    /// <param name="member">Its number in the group; peers are numbered likewise.</param>
    /// <param name="members">How many there are.</param>
    /// <param name="firstChunk">
    /// Where the part begins that the group reduces: as many chunks as <see cref="FoldIn.Positions"/>.
    /// </param>
    public static IEnumerable<Exchange> Rounds(int member, int members, int firstChunk)
    {
        FoldIn fold = new(members);
        int whole = fold.Positions;
        bool folds = whole < members;
        if (fold.PositionOf(member) is not { } position)
        {
            yield return new Exchange(Step.Send(member + 1, firstChunk, count: whole), null);
            for (int round = 0; round < 2 * int.Log2(whole); round++)
                yield return default;
            yield return new Exchange(null, Step.Receive(member + 1, firstChunk, count: whole));
            yield break;
        }

        int? guest = fold.GuestOf(member);
        if (folds)
            yield return new Exchange(null, guest is { } giver ? Step.ReceiveReduce(giver, firstChunk, count: whole) : null);

        for (int distance = 1; distance < whole; distance *= 2)
            yield return Swap(distance, gathers: false);
        for (int distance = whole / 2; distance > 0; distance /= 2)
            yield return Swap(distance, gathers: true);

        if (folds)
            yield return new Exchange(guest is { } told ? Step.Send(told, firstChunk, count: whole) : null, null);

        // In both phases the two ranks of a pair have the two halves of a range between them.
        Exchange Swap(int distance, bool gathers)
        {
            int peer = fold.RankAt(position ^ distance);
            int half = whole / (2 * distance);
            int mine = firstChunk + RangeOf(position, distance, whole);
            int other = firstChunk + RangeOf(position ^ distance, distance, whole);
            return gathers
                ? new Exchange(Step.Send(peer, mine, count: half), Step.Receive(peer, other, count: half))
                : new Exchange(Step.Send(peer, other, count: half), Step.ReceiveReduce(peer, mine, count: half));
        }
    }

    /// <summary>
    /// Where the range begins that a position has kept after the rounds up to this distance: a half for each bit.
    /// </summary>
    private static int RangeOf(int position, int distanceMax, int whole)
    {
        int start = 0;
        for (int distance = 1; distance <= distanceMax; distance *= 2)
            start += (position & distance) == 0 ? 0 : whole / (2 * distance);
        return start;
    }
}
