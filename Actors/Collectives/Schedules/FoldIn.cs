using System.Numerics;

namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// How algorithms for powers of two serve any number of ranks (Thakur, Rabenseifner and Gropp, "Optimization of collective
/// communication operations in MPICH", IJHPCA 2005): of the first 2(p − p′) ranks, p′ the largest power of two that is no
/// more than p, each even one gives its contribution to its right neighbour, sits out and is told the result.
/// </summary>
/// <remarks>
/// It costs α + nβ + nγ before and α + nβ after. p = 6, p′ = 4:
/// <code>
/// rank       0 → 1   2 → 3   4   5
/// position       0       1   2   3
/// </code>
/// </remarks>
/// <param name="WorldSize">Ranks, ≥ 1.</param>
internal readonly record struct FoldIn(int WorldSize)
{
    /// <summary>How many ranks take part: a power of two.</summary>
    public int Positions => 1 << BitOperations.Log2((uint)WorldSize);

    private int Extra => WorldSize - Positions;

    /// <summary>The position of a rank that takes part; null for one that sits out.</summary>
    public int? PositionOf(int rank)
    {
        if (rank >= 2 * Extra)
            return rank - Extra;
        return rank % 2 == 0 ? null : rank / 2;
    }

    public int RankAt(int position) => position < Extra ? (2 * position) + 1 : position + Extra;

    /// <summary>The rank that gives its contribution to a rank that takes part, if there is one.</summary>
    public int? GuestOf(int rank) => rank < 2 * Extra && rank % 2 == 1 ? rank - 1 : null;
}
