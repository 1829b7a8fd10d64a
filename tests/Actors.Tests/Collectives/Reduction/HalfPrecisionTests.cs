using CsCheck;
using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Tests.Collectives.Reduction;

internal sealed class HalfPrecisionTests
{
    private static readonly ushort[] AllBits = [.. Enumerable.Range(0, 1 << 16).Select(bits => (ushort)bits)];

    [Test]
    public void All_values_of_bfloat16_widen_exactly_and_come_back()
    {
        BFloat16[] values = [.. AllBits.Select(bits => new BFloat16(bits))];
        float[] wide = new float[values.Length];
        var back = new BFloat16[values.Length];

        HalfPrecision.Widen<BFloat16>(values, wide);
        HalfPrecision.Narrow<BFloat16>(wide, back);

        Assert.That(wide.Select(BitConverter.SingleToUInt32Bits), Is.EqualTo(AllBits.Select(bits => (uint)bits << 16)));
        Assert.That(back, Is.EqualTo(values.Select(value => float.IsNaN(value) ? new BFloat16((ushort)(value.Bits | 0x40)) : value)));
    }

    [Test]
    public void All_values_of_float16_widen_exactly_and_come_back()
    {
        Half[] values = [.. AllBits.Select(BitConverter.UInt16BitsToHalf)];
        float[] wide = new float[values.Length];
        var back = new Half[values.Length];

        HalfPrecision.Widen<Half>(values, wide);
        HalfPrecision.Narrow<Half>(wide, back);

        Assert.That(wide, Is.EqualTo(values.Select(value => (float)value)));
        Assert.That(back, Is.EqualTo(values));
    }

    /// <summary>In each lane and in what is left over.</summary>
    [Test]
    public void Any_floats_are_rounded_to_bfloat16_as_one_by_one() => Gen.UInt.Array[0, 100].Sample(bits =>
    {
        float[] values = [.. bits.Select(BitConverter.UInt32BitsToSingle)];
        var rounded = new BFloat16[values.Length];

        HalfPrecision.Narrow<BFloat16>(values, rounded);

        Assert.That(rounded.Select(value => value.Bits), Is.EqualTo(values.Select(BFloat16Definition.Nearest)));
    });

    [Test]
    public void Every_boundary_between_two_values_of_bfloat16_is_rounded_as_the_definition_says(
        [Values(0u, 1u, 0x7FFFu, 0x8000u, 0x8001u, 0xFFFFu)] uint lower)
    {
        float[] values = [.. AllBits.Select(upper => BitConverter.UInt32BitsToSingle(((uint)upper << 16) | lower))];
        var rounded = new BFloat16[values.Length];

        HalfPrecision.Narrow<BFloat16>(values, rounded);

        Assert.That(rounded.Select(value => value.Bits), Is.EqualTo(values.Select(BFloat16Definition.Nearest)));
    }

    [Test]
    public void Any_floats_are_rounded_to_float16_as_one_by_one() => Gen.UInt.Array[0, 100].Sample(bits =>
    {
        float[] values = [.. bits.Select(BitConverter.UInt32BitsToSingle)];
        var rounded = new Half[values.Length];

        HalfPrecision.Narrow<Half>(values, rounded);

        Assert.That(rounded, Is.EqualTo(values.Select(value => (Half)value)));
    });

    [Test]
    public void Nothing_beyond_the_values_is_touched([Range(0, 40)] int length)
    {
        float[] wide = [.. Enumerable.Repeat(7f, length + 2)];
        BFloat16[] narrow = [.. Enumerable.Repeat((BFloat16)7f, length + 2)];

        HalfPrecision.Widen<BFloat16>(new BFloat16[length], wide.AsSpan(1, length));
        HalfPrecision.Narrow<BFloat16>(new float[length], narrow.AsSpan(1, length));

        Assert.That((wide[0], wide[^1]), Is.EqualTo((7f, 7f)));
        Assert.That((narrow[0], narrow[^1]), Is.EqualTo(((BFloat16)7f, (BFloat16)7f)));
    }
}
