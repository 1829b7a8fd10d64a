using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Orchestrator.Actors.Collectives.Reduction;

/// <summary>target[i] = target[i] + source[i], in place, for float and double.</summary>
/// <remarks>
/// No element meets another, so that all widths round alike: each path is bitwise equal to <see cref="Reference"/>,
/// except for which payload survives when both sides are NaN. Above the cache's size all widths run at the speed of
/// memory, so that there is no unrolling.
/// </remarks>
internal static class VectorAdd
{
    /// <summary>A way to add, its name and whether the processor has it in hardware (it runs in any case).</summary>
    internal sealed record Path<T>(string Name, bool IsAccelerated, Addition<T> Add);

    internal delegate void Addition<T>(Span<T> target, ReadOnlySpan<T> source);

    /// <summary>Adds with the widest vectors that this processor has.</summary>
    public static void Add<T>(Span<T> target, ReadOnlySpan<T> source)
        where T : unmanaged, IAdditionOperators<T, T, T>
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

    /// <summary>Every path, the definition first.</summary>
    internal static IReadOnlyList<Path<T>> Paths<T>()
        where T : unmanaged, IAdditionOperators<T, T, T> =>
    [
        new("scalar", true, Reference),
        new("128", Vector128.IsHardwareAccelerated, Wide128),
        new("256", Vector256.IsHardwareAccelerated, Wide256),
        new("512", Vector512.IsHardwareAccelerated, Wide512),
    ];

    /// <summary>The definition. Every other path must agree with it.</summary>
    internal static void Reference<T>(Span<T> target, ReadOnlySpan<T> source)
        where T : unmanaged, IAdditionOperators<T, T, T>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, target.Length, nameof(source));
        for (int i = 0; i < target.Length; i++)
            target[i] += source[i];
    }

    private static void Wide128<T>(Span<T> target, ReadOnlySpan<T> source)
        where T : unmanaged, IAdditionOperators<T, T, T>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, target.Length, nameof(source));
        ref T into = ref MemoryMarshal.GetReference(target);
        ref T from = ref MemoryMarshal.GetReference(source);
        int whole = target.Length - (target.Length % Vector128<T>.Count);
        for (nuint i = 0; i < (nuint)whole; i += (nuint)Vector128<T>.Count)
            (Vector128.LoadUnsafe(ref into, i) + Vector128.LoadUnsafe(ref from, i)).StoreUnsafe(ref into, i);
        Reference(target[whole..], source[whole..]);
    }

    private static void Wide256<T>(Span<T> target, ReadOnlySpan<T> source)
        where T : unmanaged, IAdditionOperators<T, T, T>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, target.Length, nameof(source));
        ref T into = ref MemoryMarshal.GetReference(target);
        ref T from = ref MemoryMarshal.GetReference(source);
        int whole = target.Length - (target.Length % Vector256<T>.Count);
        for (nuint i = 0; i < (nuint)whole; i += (nuint)Vector256<T>.Count)
            (Vector256.LoadUnsafe(ref into, i) + Vector256.LoadUnsafe(ref from, i)).StoreUnsafe(ref into, i);
        Wide128(target[whole..], source[whole..]);
    }

    private static void Wide512<T>(Span<T> target, ReadOnlySpan<T> source)
        where T : unmanaged, IAdditionOperators<T, T, T>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length, target.Length, nameof(source));
        ref T into = ref MemoryMarshal.GetReference(target);
        ref T from = ref MemoryMarshal.GetReference(source);
        int whole = target.Length - (target.Length % Vector512<T>.Count);
        for (nuint i = 0; i < (nuint)whole; i += (nuint)Vector512<T>.Count)
            (Vector512.LoadUnsafe(ref into, i) + Vector512.LoadUnsafe(ref from, i)).StoreUnsafe(ref into, i);
        Wide256(target[whole..], source[whole..]);
    }
}
