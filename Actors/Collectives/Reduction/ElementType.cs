using System.Runtime.CompilerServices;

namespace Orchestrator.Actors.Collectives.Reduction;

/// <summary>What a buffer holds, little-endian.</summary>
internal enum ElementType : byte
{
    Float32,
    Float64,
    Float16,
    BFloat16,
    Int64,
}

internal static class ElementTypes
{
    /// <summary>Bytes of an element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Bytes(this ElementType type) => type switch
    {
        ElementType.Float32 => sizeof(float),
        ElementType.Float64 or ElementType.Int64 => sizeof(double),
        ElementType.Float16 or ElementType.BFloat16 => sizeof(ushort),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No such element type."),
    };

    /// <summary>As reports and messages name it.</summary>
    public static string Name(this ElementType type) => type switch
    {
        ElementType.Float32 => "float32",
        ElementType.Float64 => "float64",
        ElementType.Float16 => "float16",
        ElementType.BFloat16 => "bfloat16",
        ElementType.Int64 => "int64",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No such element type."),
    };

    /// <exception cref="NotSupportedException">There is none for this type.</exception>
    public static ElementType Of<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return ElementType.Float32;
        if (typeof(T) == typeof(double))
            return ElementType.Float64;
        if (typeof(T) == typeof(Half))
            return ElementType.Float16;
        if (typeof(T) == typeof(BFloat16))
            return ElementType.BFloat16;
        return typeof(T) == typeof(long)
            ? ElementType.Int64
            : throw new NotSupportedException($"Collectives take float, double, Half, BFloat16 and long, not {typeof(T)}.");
    }
}
