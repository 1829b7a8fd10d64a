using System.Runtime.InteropServices;

namespace Orchestrator.Actors.Collectives.Reduction;

/// <summary>Reduces bytes that hold elements of one type, by one operation, element by element.</summary>
internal abstract class Reducer
{
    /// <summary>The reducer of a type that travels: half-precision numbers travel as float, see <see cref="HalfPrecision"/>.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static Reducer Of(ElementType type, ReduceOp op) => (type, op) switch
    {
        (ElementType.Float32, ReduceOp.Sum or ReduceOp.Mean) => Elements<float, Addition>.Instance,
        (ElementType.Float32, ReduceOp.Min) => Elements<float, Minimum>.Instance,
        (ElementType.Float32, ReduceOp.Max) => Elements<float, Maximum>.Instance,
        (ElementType.Float64, ReduceOp.Sum or ReduceOp.Mean) => Elements<double, Addition>.Instance,
        (ElementType.Float64, ReduceOp.Min) => Elements<double, Minimum>.Instance,
        (ElementType.Float64, ReduceOp.Max) => Elements<double, Maximum>.Instance,
        (ElementType.Int64, ReduceOp.Sum or ReduceOp.Mean) => Elements<long, Addition>.Instance,
        (ElementType.Int64, ReduceOp.Min) => Elements<long, Minimum>.Instance,
        (ElementType.Int64, ReduceOp.Max) => Elements<long, Maximum>.Instance,
        _ => throw new NotSupportedException($"No {op} of {type.Name()}."),
    };

    /// <summary>target[i] = target[i] ∘ source[i].</summary>
    /// <param name="target">Whole elements.</param>
    /// <param name="source">As many; anywhere, aligned or not.</param>
    public abstract void Reduce(Span<byte> target, ReadOnlySpan<byte> source);

    private sealed class Elements<T, TOperation> : Reducer
        where T : unmanaged, System.Numerics.INumber<T>
        where TOperation : struct, IElementwise
    {
        public static readonly Elements<T, TOperation> Instance = new();

        public override void Reduce(Span<byte> target, ReadOnlySpan<byte> source) =>
            VectorReduction<T, TOperation>.Reduce(MemoryMarshal.Cast<byte, T>(target), MemoryMarshal.Cast<byte, T>(source));
    }
}
