using System.Numerics;
using System.Runtime.InteropServices;
using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Tests.Collectives.Reduction;

internal sealed class ReducerTests
{
    private static IEnumerable<(ElementType, ReduceOp)> Missing =>
        from type in new[] { ElementType.Float16, ElementType.BFloat16, (ElementType)9 }
        from op in Enum.GetValues<ReduceOp>()
        select (type, op);

    [TestCase(ReduceOp.Sum, new[] { 11d, -22d })]
    [TestCase(ReduceOp.Mean, new[] { 11d, -22d })]
    [TestCase(ReduceOp.Min, new[] { 1d, -20d })]
    [TestCase(ReduceOp.Max, new[] { 10d, -2d })]
    public void Each_operation_reduces_each_type_that_travels(ReduceOp op, double[] expected)
    {
        Assert.That(Reduce<float>(ElementType.Float32, op), Is.EqualTo(expected.Select(value => (float)value)));
        Assert.That(Reduce<double>(ElementType.Float64, op), Is.EqualTo(expected));
        Assert.That(Reduce<long>(ElementType.Int64, op), Is.EqualTo(expected.Select(value => (long)value)));
    }

    [Test]
    public void The_sum_of_whole_numbers_wraps_around()
    {
        long[] target = [long.MaxValue, long.MinValue];

        Reducer.Of(ElementType.Int64, ReduceOp.Sum)
            .Reduce(MemoryMarshal.AsBytes(target.AsSpan()), MemoryMarshal.AsBytes<long>(new long[] { 1, -1 }));

        Assert.That(target, Is.EqualTo(new[] { long.MinValue, long.MaxValue }));
    }

    [TestCaseSource(nameof(Missing))]
    public void What_does_not_travel_has_no_reducer((ElementType Type, ReduceOp Op) missing) =>
        Assert.That(
            () => Reducer.Of(missing.Type, missing.Op),
            Throws.InstanceOf<NotSupportedException>().Or.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void An_operation_that_is_none_has_no_reducer() =>
        Assert.That(() => Reducer.Of(ElementType.Float32, (ReduceOp)17), Throws.TypeOf<NotSupportedException>());

    private static T[] Reduce<T>(ElementType type, ReduceOp op)
        where T : unmanaged, INumber<T>
    {
        T[] target = [T.One, T.CreateChecked(-2)];
        T[] source = [T.CreateChecked(10), T.CreateChecked(-20)];
        Reducer.Of(type, op).Reduce(MemoryMarshal.AsBytes(target.AsSpan()), MemoryMarshal.AsBytes(source.AsSpan()));
        return target;
    }
}
