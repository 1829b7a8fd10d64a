using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Orchestrator.Actors.Collectives.Reduction;

/// <summary>target[i] = target[i] ∘ source[i], in place.</summary>
/// <remarks>
/// No element meets another, so that all widths round alike: each path is bitwise equal to <see cref="Reference"/>,
/// except for which payload survives when both sides are NaN. Above the cache's size all widths run at the speed of
/// memory, so that there is no unrolling.
/// </remarks>
internal static class VectorReduction<T, TOperation>
    where T : unmanaged, INumber<T>
    where TOperation : struct, IElementwise
{
    /// <summary>A way to reduce, its name and whether the processor has it in hardware (it runs in any case).</summary>
    internal sealed record Path(string Name, bool IsAccelerated, Reduction Reduce);

    internal delegate void Reduction(Span<T> target, ReadOnlySpan<T> source);

    /// <summary>Every path, the definition first.</summary>
    internal static IReadOnlyList<Path> Paths { get; } =
    [
        new("scalar", true, Reference),
        new("128", Vector128.IsHardwareAccelerated, Wide128),
        new("256", Vector256.IsHardwareAccelerated, Wide256),
        new("512", Vector512.IsHardwareAccelerated, Wide512),
    ];

    /// <summary>With the widest vectors that this processor has.</summary>
    public static void Reduce(Span<T> target, ReadOnlySpan<T> source)
    {
        if (Vector512.IsHardwareAccelerated)
            Wide512(target, source);
        else if (Vector256.IsHardwareAccelerated)
            Wide256(target, source);
        else if (Vector128.IsHardwareAccelerated)
            Wide128(target, source);
        else
            Reference(target, source);
    }

    /// <summary>The definition. Every other path must agree with it.</summary>
    internal static void Reference(Span<T> target, ReadOnlySpan<T> source)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, target.Length, nameof(source));
        for (int i = 0; i < target.Length; i++)
            target[i] = TOperation.Of(target[i], source[i]);
    }

    private static void Wide128(Span<T> target, ReadOnlySpan<T> source)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, target.Length, nameof(source));
        ref T into = ref MemoryMarshal.GetReference(target);
        ref T from = ref MemoryMarshal.GetReference(source);
        int whole = target.Length - (target.Length % Vector128<T>.Count);
        for (nuint i = 0; i < (nuint)whole; i += (nuint)Vector128<T>.Count)
            TOperation.Of(Vector128.LoadUnsafe(ref into, i), Vector128.LoadUnsafe(ref from, i)).StoreUnsafe(ref into, i);
        Reference(target[whole..], source[whole..]);
    }

    private static void Wide256(Span<T> target, ReadOnlySpan<T> source)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, target.Length, nameof(source));
        ref T into = ref MemoryMarshal.GetReference(target);
        ref T from = ref MemoryMarshal.GetReference(source);
        int whole = target.Length - (target.Length % Vector256<T>.Count);
        for (nuint i = 0; i < (nuint)whole; i += (nuint)Vector256<T>.Count)
            TOperation.Of(Vector256.LoadUnsafe(ref into, i), Vector256.LoadUnsafe(ref from, i)).StoreUnsafe(ref into, i);
        Wide128(target[whole..], source[whole..]);
    }

    private static void Wide512(Span<T> target, ReadOnlySpan<T> source)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, target.Length, nameof(source));
        ref T into = ref MemoryMarshal.GetReference(target);
        ref T from = ref MemoryMarshal.GetReference(source);
        int whole = target.Length - (target.Length % Vector512<T>.Count);
        for (nuint i = 0; i < (nuint)whole; i += (nuint)Vector512<T>.Count)
            TOperation.Of(Vector512.LoadUnsafe(ref into, i), Vector512.LoadUnsafe(ref from, i)).StoreUnsafe(ref into, i);
        Wide256(target[whole..], source[whole..]);
    }
}
