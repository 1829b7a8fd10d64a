namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// The sums that come up while a schedule runs, each with a number of its own: two values have the same number exactly if
/// they add the same contributions in the same order, up to the order of the two operands of one addition. As addition, the
/// smaller and the greater of two give the same bits in either order of their operands, equal numbers mean equal bits.
/// </summary>
internal sealed class SumTable
{
    private readonly List<ContributorSet> _contributors = [];
    private readonly Dictionary<(int, int), int> _sums = [];

    public SumTable(int worldSize)
    {
        for (int rank = 0; rank < worldSize; rank++)
            _contributors.Add(ContributorSet.Only(rank, worldSize));
    }

    /// <summary>The number of what a rank itself contributes.</summary>
    public static int Of(int rank) => rank;

    public ContributorSet Contributors(int value) => _contributors[value];

    public int Add(int left, int right)
    {
        (int, int) operands = left < right ? (left, right) : (right, left);
        if (_sums.TryGetValue(operands, out int known))
            return known;
        _contributors.Add(_contributors[left].Union(_contributors[right]));
        _sums.Add(operands, _contributors.Count - 1);
        return _contributors.Count - 1;
    }
}
