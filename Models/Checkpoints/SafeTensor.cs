using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Orchestrator.Models.Checkpoints;

/// <summary>One named array.</summary>
/// <param name="Shape">Empty for a single number.</param>
/// <param name="Data">Little-endian, row-major.</param>
public sealed record SafeTensor(string Name, SafeTensorType Type, ImmutableArray<long> Shape, ReadOnlyMemory<byte> Data)
{
    public static SafeTensor Of(string name, ImmutableArray<long> shape, ReadOnlySpan<float> values) =>
        new(name, SafeTensorType.F32, shape, MemoryMarshal.AsBytes(values).ToArray());

    public static SafeTensor Of(string name, ImmutableArray<long> shape, ReadOnlySpan<double> values) =>
        new(name, SafeTensorType.F64, shape, MemoryMarshal.AsBytes(values).ToArray());

    public static SafeTensor Of(string name, ImmutableArray<long> shape, ReadOnlySpan<long> values) =>
        new(name, SafeTensorType.I64, shape, MemoryMarshal.AsBytes(values).ToArray());

    public static SafeTensor Of(string name, ImmutableArray<long> shape, ReadOnlySpan<byte> values) =>
        new(name, SafeTensorType.U8, shape, values.ToArray());

    /// <exception cref="SafeTensorsException">The type is another one.</exception>
    public ReadOnlySpan<float> AsFloats() => As<float>(SafeTensorType.F32);

    /// <exception cref="SafeTensorsException">The type is another one.</exception>
    public ReadOnlySpan<double> AsDoubles() => As<double>(SafeTensorType.F64);

    /// <exception cref="SafeTensorsException">The type is another one.</exception>
    public ReadOnlySpan<long> AsLongs() => As<long>(SafeTensorType.I64);

    /// <exception cref="SafeTensorsException">The type is another one.</exception>
    public ReadOnlySpan<byte> AsBytes() => As<byte>(SafeTensorType.U8);

    private ReadOnlySpan<T> As<T>(SafeTensorType type)
        where T : unmanaged =>
        Type == type
            ? MemoryMarshal.Cast<byte, T>(Data.Span)
            : throw new SafeTensorsException($"`{Name}` holds {Type} instead of {type}.");
}

/// <summary>The element types that this program writes and reads.</summary>
public enum SafeTensorType
{
    F32,
    F64,
    I64,
    U8,
}

/// <summary>What a file holds: arrays in their order, and strings beside them.</summary>
public sealed record SafeTensorsContent(ImmutableSortedDictionary<string, string> Metadata, ImmutableArray<SafeTensor> Tensors)
{
    /// <exception cref="SafeTensorsException">There is no array of that name.</exception>
    public SafeTensor Get(string name) =>
        Find(name) ?? throw new SafeTensorsException($"There is no array `{name}`.");

    public SafeTensor? Find(string name) => Tensors.FirstOrDefault(tensor => tensor.Name == name);
}

/// <summary>A file is not safetensors as documented, or holds what this program does not read.</summary>
public sealed class SafeTensorsException(string message, Exception? innerException = null) : Exception(message, innerException);
