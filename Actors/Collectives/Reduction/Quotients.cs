using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Orchestrator.Actors.Collectives.Reduction;

/// <summary>From sum to mean: each element divided by the number of ranks, correctly rounded; integers are cut off towards zero.</summary>
internal static class Quotients
{
    public static void Divide(ElementType type, Span<byte> values, int divisor)
    {
        switch (type)
        {
            case ElementType.Float32:
                Divide<float>(values, divisor);
                break;
            case ElementType.Float64:
                Divide<double>(values, divisor);
                break;
            case ElementType.Int64:
                Divide<long>(values, divisor);
                break;
            default:
                throw new NotSupportedException($"No mean of {type.Name()}.");
        }
    }

    private static void Divide<T>(Span<byte> values, int divisor)
        where T : unmanaged, INumber<T>
    {
        Span<T> elements = MemoryMarshal.Cast<byte, T>(values);
        TensorPrimitives.Divide(elements, T.CreateChecked(divisor), elements);
    }
}
