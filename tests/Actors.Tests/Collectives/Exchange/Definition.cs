using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Tests.Collectives.Exchange;

/// <summary>What the ranks bring in tests, and what collectives make of it: whole numbers that 8 bits hold, whose sums are exact in any order.</summary>
internal static class Definition
{
    /// <summary>Element <paramref name="i"/> of a rank.</summary>
    public static T Value<T>(int rank, int i) => Cast<T>(Number(rank, i));

    /// <summary>A part of the reduction over all ranks, in double, and rounded once.</summary>
    public static T[] Of<T>(int worldSize, Range range, ReduceOp op) =>
        [.. Enumerable.Range(range.Start.Value, range.End.Value - range.Start.Value).Select(i =>
        {
            IEnumerable<int> numbers = Enumerable.Range(0, worldSize).Select(rank => Number(rank, i));
            return op switch
            {
                ReduceOp.Sum => Cast<T>(numbers.Sum()),
                ReduceOp.Mean => Cast<T>((double)numbers.Sum() / worldSize),
                ReduceOp.Min => Cast<T>(numbers.Min()),
                ReduceOp.Max => Cast<T>(numbers.Max()),
                _ => throw new ArgumentOutOfRangeException(nameof(op)),
            };
        })];

    private static int Number(int rank, int i) => ((rank + 1) * (i % 31)) - (20 * rank);

    private static T Cast<T>(double value)
    {
        object cast = typeof(T).Name switch
        {
            nameof(Single) => (float)value,
            nameof(Double) => value,
            nameof(Int64) => (long)value,
            nameof(Half) => (Half)(float)value,
            nameof(BFloat16) => (BFloat16)(float)value,
            _ => throw new NotSupportedException(typeof(T).Name),
        };
        return (T)cast;
    }
}
