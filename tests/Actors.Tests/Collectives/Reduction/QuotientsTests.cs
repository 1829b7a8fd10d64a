using System.Runtime.InteropServices;
using CsCheck;
using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Tests.Collectives.Reduction;

internal sealed class QuotientsTests
{
    private static readonly Gen<int> Divisors = Gen.Int[1, 1024];

    /// <summary>A quotient in double, rounded to float, is correctly rounded: 53 ≥ 2 · 24 + 2 bits (Figueroa 1995).</summary>
    [Test]
    public void A_quotient_of_floats_is_correctly_rounded() =>
        Gen.Select(Gen.Single.Array[0, 70], Divisors).Sample((values, divisor) =>
            Assert.That(Divided(ElementType.Float32, values, divisor), Is.EqualTo(values.Select(value => (float)((double)value / divisor)))));

    /// <summary>By its definition: no neighbour is nearer to the value, each multiplied without a rounding.</summary>
    [Test]
    public void A_quotient_of_doubles_is_correctly_rounded() =>
        Gen.Select(Gen.Double[-1e100, 1e100].Where(value => Math.Abs(value) > 1e-100), Divisors).Sample((value, divisor) =>
        {
            double quotient = Divided(ElementType.Float64, [value], divisor)[0];

            double error = Math.Abs(Math.FusedMultiplyAdd(quotient, divisor, -value));
            Assert.That(error, Is.LessThanOrEqualTo(Math.Abs(Math.FusedMultiplyAdd(Math.BitIncrement(quotient), divisor, -value))));
            Assert.That(error, Is.LessThanOrEqualTo(Math.Abs(Math.FusedMultiplyAdd(Math.BitDecrement(quotient), divisor, -value))));
        });

    [Test]
    public void A_quotient_of_whole_numbers_is_cut_off_towards_zero() =>
        Gen.Select(Gen.Long.Array[0, 70], Divisors).Sample((values, divisor) =>
            Assert.That(
                Divided(ElementType.Int64, values, divisor),
                Is.EqualTo(values.Select(value => (long)(((Int128)value - (value % divisor)) / divisor)))));

    [Test]
    public void Values_beyond_numbers_stay_what_they_are()
    {
        float[] floats = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f, 0f];
        double[] doubles = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0d, 0d];

        Assert.That(
            Divided(ElementType.Float32, floats, 3).Select(BitConverter.SingleToInt32Bits),
            Is.EqualTo(floats.Select(BitConverter.SingleToInt32Bits)));
        Assert.That(
            Divided(ElementType.Float64, doubles, 3).Select(BitConverter.DoubleToInt64Bits),
            Is.EqualTo(doubles.Select(BitConverter.DoubleToInt64Bits)));
    }

    [TestCase(long.MinValue, 1, long.MinValue)]
    [TestCase(long.MinValue, 2, long.MinValue / 2)]
    [TestCase(-7, 2, -3)]
    [TestCase(7, 2, 3)]
    [TestCase(-1, 1024, 0)]
    public void A_whole_number_is_divided(long value, int divisor, long expected) =>
        Assert.That(Divided(ElementType.Int64, [value], divisor), Is.EqualTo(new[] { expected }));

    [Test]
    public void What_does_not_travel_has_no_quotient([Values(ElementType.Float16, ElementType.BFloat16)] ElementType type) =>
        Assert.That(() => Quotients.Divide(type, new byte[8], 2), Throws.TypeOf<NotSupportedException>());

    private static T[] Divided<T>(ElementType type, T[] values, int divisor)
        where T : unmanaged
    {
        T[] divided = [.. values];
        Quotients.Divide(type, MemoryMarshal.AsBytes(divided.AsSpan()), divisor);
        return divided;
    }
}
