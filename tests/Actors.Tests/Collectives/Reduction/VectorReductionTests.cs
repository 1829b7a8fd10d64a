using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CsCheck;
using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Tests.Collectives.Reduction;

[TestFixture(TypeArgs = [typeof(float), typeof(Addition)])]
[TestFixture(TypeArgs = [typeof(float), typeof(Minimum)])]
[TestFixture(TypeArgs = [typeof(float), typeof(Maximum)])]
[TestFixture(TypeArgs = [typeof(double), typeof(Addition)])]
[TestFixture(TypeArgs = [typeof(double), typeof(Minimum)])]
[TestFixture(TypeArgs = [typeof(double), typeof(Maximum)])]
[TestFixture(TypeArgs = [typeof(long), typeof(Addition)])]
[TestFixture(TypeArgs = [typeof(long), typeof(Minimum)])]
[TestFixture(TypeArgs = [typeof(long), typeof(Maximum)])]
internal sealed class VectorReductionTests<T, TOperation>
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
    where TOperation : struct, IElementwise
{
    private const int Guards = 20;

    /// <summary>Every remainder of every width, once and after many whole vectors.</summary>
    private static IEnumerable<int> Lengths => [.. Enumerable.Range(0, 70), 1023, 1024, 1025, 10_007];

    private static IEnumerable<string> PathNames =>
        [.. VectorReduction<T, TOperation>.Paths.Select(path => path.Name), "widest"];

    [Test]
    public void Every_path_reduces_bitwise_as_the_formula([ValueSource(nameof(PathNames))] string path)
    {
        foreach (int length in Lengths)
        {
            (T[] target, T[] source) = (Values(length, salt: 1), Values(length, salt: 2));
            T[] expected = [.. target.Zip(source, Formula)];

            PathOf(path)(target, source);

            Assert.That(Bits(target).SequenceEqual(Bits(expected)), Is.True, $"{length} elements");
        }
    }

    [Test]
    public void Every_path_reduces_bitwise_as_the_formula_whatever_the_values_and_wherever_they_lie(
        [ValueSource(nameof(PathNames))] string path) =>
        Gen.Select(Gen.ULong.Array[0, 100], Gen.ULong.Array[100], Gen.Int[0, 63], Gen.Int[0, 63])
            .Sample((held, arriving, targetAt, sourceAt) =>
            {
                T[] before = Numbers(held);
                T[] source = Numbers(arriving)[..before.Length];
                Span<T> target = Misaligned(before, targetAt);

                PathOf(path)(target, Misaligned(source, sourceAt));

                for (int i = 0; i < before.Length; i++)
                    Assert.That(BitsOf(target[i]), Is.EqualTo(BitsOf(Formula(before[i], source[i]))), $"{before[i]}, {source[i]}");
            });

    [Test]
    public void No_path_touches_what_lies_around([ValueSource(nameof(PathNames))] string path)
    {
        foreach (int length in Lengths)
        {
            T[] target = Values(length + (2 * Guards), salt: 1);
            T[] before = [.. target];

            PathOf(path)(target.AsSpan(Guards, length), Values(length, salt: 2));

            Assert.That(target[..Guards].Concat(target[^Guards..]), Is.EqualTo(before[..Guards].Concat(before[^Guards..])));
        }
    }

    /// <summary>Every special value meets every other in every lane.</summary>
    [Test]
    public void Every_path_treats_special_values_as_the_formula(
        [ValueSource(nameof(PathNames))] string path)
    {
        T[] special = Special();
        for (int shift = 0; shift <= 16; shift++)
        {
            T[] target = [.. Enumerable.Repeat(T.One, shift), .. special.SelectMany(_ => special)];
            T[] source = [.. Enumerable.Repeat(T.One, shift), .. special.SelectMany(value => Enumerable.Repeat(value, special.Length))];
            T[] expected = [.. target.Zip(source, Formula)];

            PathOf(path)(target, source);

            Assert.That(Bits(target), Is.EqualTo(Bits(expected)), $"shifted by {shift}");
        }
    }

    [Test]
    public void No_path_reduces_what_does_not_fit([ValueSource(nameof(PathNames))] string path) =>
        Assert.That(() => PathOf(path)(new T[8], new T[9]), Throws.TypeOf<ArgumentOutOfRangeException>());

    private static VectorReduction<T, TOperation>.Reduction PathOf(string name) => name == "widest"
        ? VectorReduction<T, TOperation>.Reduce
        : VectorReduction<T, TOperation>.Paths.Single(path => path.Name == name).Reduce;

    /// <summary>By the words of IEEE 754-2019 and of two's complement, without a library's minimum or maximum.</summary>
    private static T Formula(T held, T arriving)
    {
        if (typeof(TOperation) == typeof(Addition))
            return held + arriving;
        if (T.IsNaN(held) || T.IsNaN(arriving))
            return T.IsNaN(held) ? held : arriving;
        bool isMinimum = typeof(TOperation) == typeof(Minimum);
        if (held == arriving)
            return T.IsNegative(held) == isMinimum ? held : arriving;
        return held < arriving == isMinimum ? held : arriving;
    }

    private static T[] Special()
    {
        if (typeof(T) == typeof(long))
            return [T.MinValue, T.MaxValue, T.Zero, T.One, -T.One, T.MaxValue - T.One, T.MinValue + T.One];
        double epsilon = typeof(T) == typeof(float) ? float.Epsilon : double.Epsilon;
        return
        [
            T.CreateChecked(double.NaN), T.CreateChecked(double.PositiveInfinity), T.CreateChecked(double.NegativeInfinity),
            -T.Zero, T.Zero, T.CreateChecked(epsilon), -T.CreateChecked(epsilon), T.One, T.MinValue, T.MaxValue,
        ];
    }

    /// <summary>Values of all magnitudes whose sums round.</summary>
    private static T[] Values(int length, int salt) =>
        [.. Enumerable.Range(0, length).Select(i => T.CreateChecked(Math.Sin((i * 12.9898) + salt) * Math.Pow(10, i % 9)))];

    /// <summary>Any bits at all.</summary>
    private static T[] Numbers(ulong[] bits) => [.. bits.Select(word => Unsafe.BitCast<ulong, long>(word)).Select(OfBits)];

    private static T OfBits(long bits)
    {
        if (typeof(T) == typeof(float))
            return (T)(object)BitConverter.Int32BitsToSingle((int)bits);
        return typeof(T) == typeof(double) ? (T)(object)BitConverter.Int64BitsToDouble(bits) : (T)(object)bits;
    }

    private static long[] Bits(T[] values) => [.. values.Select(BitsOf)];

    /// <summary>All values that are not a number count as one: whose payload survives is not promised.</summary>
    private static long BitsOf(T value)
    {
        if (T.IsNaN(value))
            return -1;
        return value switch
        {
            float single => BitConverter.SingleToInt32Bits(single),
            double number => BitConverter.DoubleToInt64Bits(number),
            _ => long.CreateChecked(value),
        };
    }

    /// <summary>The values so many bytes behind a boundary, not aligned to their own size.</summary>
    private static Span<T> Misaligned(T[] values, int bytes)
    {
        byte[] memory = GC.AllocateArray<byte>((values.Length * Unsafe.SizeOf<T>()) + 64, pinned: true);
        Span<byte> place = memory.AsSpan(bytes, values.Length * Unsafe.SizeOf<T>());
        MemoryMarshal.AsBytes<T>(values).CopyTo(place);
        return MemoryMarshal.Cast<byte, T>(place);
    }
}
