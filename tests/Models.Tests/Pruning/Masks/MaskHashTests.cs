using System.Security.Cryptography;
using CsCheck;
using Orchestrator.Models.Pruning.Masks;

namespace Orchestrator.Models.Tests.Pruning.Masks;

internal sealed class MaskHashTests
{
    [Test]
    public void It_is_the_hash_of_the_bits([Values(0, 1, 7, 8, 9, 1000, 32_767, 32_768, 32_769, 70_000)] int length) =>
        Gen.Int[0, 1].Select(value => (byte)value).Array[length].Sample(
            mask =>
            {
                var packed = new byte[(length + 7) / 8];
                for (int i = 0; i < length; i++)
                    packed[i / 8] |= (byte)(mask[i] << (i % 8));

                Assert.That(MaskHash.Of(mask), Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(packed))));
            },
            iter: 5);
}
