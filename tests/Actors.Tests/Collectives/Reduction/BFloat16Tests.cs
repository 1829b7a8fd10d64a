using CsCheck;
using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Tests.Collectives.Reduction;

internal sealed class BFloat16Tests
{
    private const int Values = 1 << 16;

    [Test]
    public void All_values_go_to_float_and_back()
    {
        for (int bits = 0; bits < Values; bits++)
        {
            BFloat16 value = new((ushort)bits);

            BFloat16 back = BFloat16.FromSingle(value.ToSingle());

            // What is not a number stays none, and becomes quiet.
            ushort expected = float.IsNaN(value) ? (ushort)(bits | 0x40) : (ushort)bits;
            if (back.Bits != expected)
                Assert.Fail($"{bits:x4} comes back as {back.Bits:x4}.");
        }
    }

    [Test]
    public void All_values_are_the_upper_half_of_a_float()
    {
        IEnumerable<uint> all = Enumerable.Range(0, Values).Select(bits => (uint)bits);

        Assert.That(all.Where(bits => BitConverter.SingleToUInt32Bits(new BFloat16((ushort)bits)) != bits << 16), Is.Empty);
    }

    [Test]
    public void Any_float_becomes_the_nearest_value_and_at_halves_the_even_one() => Gen.UInt.Sample(bits =>
    {
        float value = BitConverter.UInt32BitsToSingle(bits);

        BFloat16 rounded = (BFloat16)value;

        Assert.That(rounded.Bits, Is.EqualTo(BFloat16Definition.Nearest(value)), $"{value:r}");
    }, iter: 20_000);

    /// <summary>Just below, at and just above each half, and each value itself.</summary>
    [Test]
    public void Every_boundary_between_two_values_is_rounded_as_the_definition_says()
    {
        for (uint upper = 0; upper < Values; upper++)
        {
            foreach (uint lower in new uint[] { 0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF })
            {
                float value = BitConverter.UInt32BitsToSingle((upper << 16) | lower);
                if (((BFloat16)value).Bits != BFloat16Definition.Nearest(value))
                    Assert.Fail($"{value:r} becomes {(BFloat16)value}.");
            }
        }
    }

    [TestCase(1f, "1")]
    [TestCase(-2.5f, "-2.5")]
    [TestCase(float.PositiveInfinity, "Infinity")]
    [TestCase(float.NaN, "NaN")]
    [TestCase(3.39e38f, "3.3895314E+38")]
    public void A_value_is_written_as_a_float(float value, string expected) =>
        Assert.That(((BFloat16)value).ToString(), Is.EqualTo(expected));

    [Test]
    public void What_is_beyond_the_largest_value_by_half_a_step_is_infinite()
    {
        float largest = BitConverter.UInt32BitsToSingle(0x7F7F_0000);
        float half = BitConverter.UInt32BitsToSingle(0x7F7F_8000);

        Assert.That(((BFloat16)largest).ToSingle(), Is.EqualTo(largest));
        Assert.That(((BFloat16)MathF.BitDecrement(half)).ToSingle(), Is.EqualTo(largest));
        Assert.That(((BFloat16)half).ToSingle(), Is.EqualTo(float.PositiveInfinity));
        Assert.That(((BFloat16)float.MinValue).ToSingle(), Is.EqualTo(float.NegativeInfinity));
    }
}

/// <summary>Rounding by distances in double, where they are exact: an independent definition.</summary>
internal static class BFloat16Definition
{
    public static ushort Nearest(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        ushort towardsZero = (ushort)(bits >> 16);
        if (float.IsNaN(value))
            return (ushort)(towardsZero | 0x40);
        if (float.IsInfinity(value))
            return towardsZero;
        double below = Math.Abs(Exact(towardsZero) - value);
        double above = Math.Abs(Exact((ushort)(towardsZero + 1)) - value);
        if (below == above)
            return towardsZero % 2 == 0 ? towardsZero : (ushort)(towardsZero + 1);
        return below < above ? towardsZero : (ushort)(towardsZero + 1);
    }

    /// <summary>Where infinity stands in the place of the next value, that value.</summary>
    private static double Exact(ushort bits)
    {
        float value = BitConverter.UInt32BitsToSingle((uint)bits << 16);
        return float.IsInfinity(value) ? double.CopySign(Math.Pow(2, 128), value) : value;
    }
}
