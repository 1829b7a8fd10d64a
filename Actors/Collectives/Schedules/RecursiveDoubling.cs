namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// Recursive doubling (Thakur, Rabenseifner and Gropp 2005): in round k each rank exchanges its whole buffer with the rank
/// whose number differs in bit k, and adds.
/// </summary>
/// <remarks>
/// <para>
/// Communication steps: lg p. Bytes sent by each rank: n lg p. Time: lg p · (α + nβ + nγ), and for other than powers of two
/// lg p′ · (α + nβ + nγ) + 2(α + nβ) + nγ; see <see cref="FoldIn"/>. The fewest steps of all: for small n.
/// </para>
/// <para>
/// What arrives goes to a scratch place first: in place it would change what the peer still reads. Both ranks of a pair then
/// add the same two sums, each with its own as the left operand, which makes no difference to the bits. p = 4:
/// <code>
/// rank     0    1    2    3
/// round 0  01   01   23   23      0 ↔ 1, 2 ↔ 3
/// round 1  0123 0123 0123 0123    0 ↔ 2, 1 ↔ 3
/// </code>
/// </para>
/// </remarks>
internal static class RecursiveDoubling
{
    public static Schedule Build(int worldSize)
    {
        FoldIn fold = new(worldSize);
        return Schedule.ForEachRank("recursive doubling", CollectiveGoal.AllReduce, worldSize, chunks: 1, scratch: 1, Steps);

        IEnumerable<Step> Steps(int rank)
        {
            if (fold.PositionOf(rank) is not { } position)
                return [Step.Send(rank + 1, chunk: 0), Step.Receive(rank + 1, chunk: 0)];
            return fold.GuestOf(rank) is { } guest
                ? [Step.ReceiveReduce(guest, chunk: 0), .. Doubling(position), Step.Send(guest, chunk: 0)]
                : Doubling(position);
        }

        IEnumerable<Step> Doubling(int position)
        {
            for (int distance = 1; distance < fold.Positions; distance *= 2)
            {
                int peer = fold.RankAt(position ^ distance);
                yield return Step.Send(peer, chunk: 0);
                yield return Step.Receive(peer, chunk: 0, place: 0);
                yield return Step.Reduce(chunk: 0, place: 0);
            }
        }
    }
}
