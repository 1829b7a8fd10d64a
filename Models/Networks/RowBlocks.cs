namespace Orchestrator.Models.Networks;

/// <summary>How the rows of a weight gradient are cut into products of their own, so that the first can leave while the next is computed.</summary>
internal static class RowBlocks
{
    /// <summary>
    /// From 192 rows on, each row had the bits of the undivided product wherever we looked; 96 rows of 256 columns had not,
    /// since the library adds up in another order there.
    /// </summary>
    internal const int RowsMin = 192;

    private const int Multiple = 16;

    public static IEnumerable<int> Whole(int rows) => [rows];

    /// <summary>
    /// Half of the rows, half of the rest, and so on: little is left when the last product ends, and little is paid for it.
    /// Measured: 1536 × 512 over 2048 rows takes 29.4 ms at once and 30.8 ms in 4 parts, 768 × 256 7.7 ms and 8.0 ms in 3. In
    /// return a step of one layer of 512 units waited 0.4 to 1.6 ms instead of 9 ms for an exchange that takes some 16 ms by
    /// itself, and 5 to 7 instead of 32 ms for one of some 40 ms (<c>bench overlap</c>, on a machine under load).
    /// </summary>
    public static IEnumerable<int> Falling(int rows)
    {
        int left = rows;
        while (left >= 2 * RowsMin)
        {
            int block = left / 2 / Multiple * Multiple;
            yield return block;
            left -= block;
        }

        yield return left;
    }
}
