using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Orchestrator.Models.Networks;

/// <summary>
/// Element-wise mathematics on as many lanes as the machine has. Only additions, multiplications, divisions and
/// comparisons, never a fused or estimated operation: a lane's result is the same bits on every width, at every
/// tier of the compiler, on every processor.
/// </summary>
internal static class Lanes
{
    public static int Width => Vector<float>.Count;

    /// <summary>Lanes <paramref name="index"/> and following of a row of <paramref name="count"/>; zeros past its end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Load(ref float row, int index, int count) =>
        index + Width <= count ? Vector.LoadUnsafe(ref row, (nuint)index) : LoadRest(ref row, index, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector<float> value, ref float row, int index, int count)
    {
        if (index + Width <= count)
        {
            value.StoreUnsafe(ref row, (nuint)index);
        }
        else
        {
            StoreRest(value, ref row, index, count);
        }
    }

    /// <summary>
    /// eˣ with a relative error below 2·10⁻⁷ (Cephes' expf: x = n·ln 2 + r, a polynomial of degree 6 in r, then 2ⁿ).
    /// Saturates outside [−87, 88]; not a number stays not a number.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Exp(Vector<float> x)
    {
        // Adding 1.5·2²³ leaves no bits for a fraction: rounds to the nearest integer.
        var rounder = new Vector<float>(12582912f);
        Vector<float> bounded = Vector.Min(Vector.Max(x, new Vector<float>(-87f)), new Vector<float>(88f));
        Vector<float> n = ((bounded * new Vector<float>(1.44269504088896341f)) + rounder) - rounder;
        Vector<float> r = bounded - (n * new Vector<float>(0.693359375f)) - (n * new Vector<float>(-2.12194440e-4f));
        var p = new Vector<float>(1.9875691500e-4f);
        p = (p * r) + new Vector<float>(1.3981999507e-3f);
        p = (p * r) + new Vector<float>(8.3334519073e-3f);
        p = (p * r) + new Vector<float>(4.1665795894e-2f);
        p = (p * r) + new Vector<float>(1.6666665459e-1f);
        p = (p * r) + new Vector<float>(5.0000001201e-1f);
        Vector<float> value = (p * r * r) + r + Vector<float>.One;
        Vector<int> power = (Vector.ConvertToInt32(n) + new Vector<int>(127)) << 23;
        return Vector.ConditionalSelect(Vector.Equals(x, x), value * Vector.AsVectorSingle(power), x);
    }

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sigmoid(Vector<float> x) => Vector<float>.One / (Vector<float>.One + Exp(-x));

    /// <summary>tanh x, with an absolute error below 2·10⁻⁷ and, by its series, a small relative one near zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Tanh(Vector<float> x)
    {
        Vector<float> magnitude = Vector.Abs(x);
        Vector<float> decay = Exp(magnitude * new Vector<float>(-2f));
        Vector<float> far = (Vector<float>.One - decay) / (Vector<float>.One + decay);
        Vector<float> square = x * x;
        Vector<float> near = x + (x * square * (new Vector<float>(-1f / 3f) + (square * new Vector<float>(2f / 15f))));
        Vector<float> signed = Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), -far, far);
        return Vector.ConditionalSelect(Vector.LessThan(magnitude, new Vector<float>(0.1f)), near, signed);
    }

    /// <summary>Adds up rows of the total's length, in their order, so that equal numbers always give equal sums.</summary>
    public static void SumColumns(ReadOnlySpan<float> rows, Span<float> total)
    {
        total.Clear();
        ref float first = ref MemoryMarshal.GetReference(total);
        for (int start = 0; start < rows.Length; start += total.Length)
        {
            ref float row = ref MemoryMarshal.GetReference(rows[start..]);
            for (int index = 0; index < total.Length; index += Width)
            {
                Store(Load(ref first, index, total.Length) + Load(ref row, index, total.Length), ref first, index, total.Length);
            }
        }
    }

    private static Vector<float> LoadRest(ref float row, int index, int count)
    {
        Span<float> lanes = stackalloc float[Vector<float>.Count];
        lanes.Clear();
        for (int lane = 0; index + lane < count; lane++)
        {
            lanes[lane] = Unsafe.Add(ref row, index + lane);
        }

        return new Vector<float>(lanes);
    }

    private static void StoreRest(Vector<float> value, ref float row, int index, int count)
    {
        for (int lane = 0; index + lane < count; lane++)
        {
            Unsafe.Add(ref row, index + lane) = value[lane];
        }
    }
}
