using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using CsCheck;
using Orchestrator.Models.Pruning.Masks;

namespace Orchestrator.Models.Tests.Pruning.Masks;

internal sealed class MaskKernelTests
{
    [Test]
    public void Masked_weights_are_positive_zero_and_the_others_untouched() =>
        AnyCase().Sample((weights, mask) =>
        {
            int[] expected = [.. weights.Zip(mask, (weight, stays) => stays == 1 ? BitConverter.SingleToInt32Bits(weight) : 0)];

            MaskKernel.Apply(weights, mask);

            Assert.That(weights.Select(BitConverter.SingleToInt32Bits), Is.EqualTo(expected));
        });

    [Test]
    public void All_paths_give_the_same_bits()
    {
        Assume.That(Avx2.IsSupported, "This processor has one path only.");
        AnyCase().Sample((weights, mask) =>
        {
            int[] reference = MemoryMarshal.Cast<float, int>(weights).ToArray();
            int[] vector = MemoryMarshal.Cast<float, int>(weights).ToArray();

            MaskKernel.Reference(reference, mask);
            MaskKernel.Vector256(vector, mask);

            Assert.That(vector, Is.EqualTo(reference));
        });
    }

    [Test]
    public void A_mask_of_another_length_is_refused() =>
        Assert.That(() => MaskKernel.Apply(new float[3], new byte[4]), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static Gen<(float[] Weights, byte[] Mask)> AnyCase() => Gen.Int[0, 70].SelectMany(length =>
        Gen.OneOf(Gen.Float[-1, 1], Gen.OneOf(float.NaN, float.NegativeInfinity, -0f)).Array[length]
            .Select(Gen.Int[0, 1].Select(value => (byte)value).Array[length]));
}
