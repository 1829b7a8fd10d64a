using System.Numerics;
using Orchestrator.Models.Data;
using Orchestrator.Models.Randomness;

namespace Orchestrator.Models.Tests.Data;

internal sealed class RealFftTests
{
    [Test]
    public void Power_is_that_of_the_definition([Values(4, 8, 64, 256, 512)] int size)
    {
        var stream = new SplitMix((ulong)size);
        double[] frame = [.. Enumerable.Range(0, size).Select(_ => stream.NextGaussian())];
        var power = new double[(size / 2) + 1];

        new RealFft(size).Power(frame, power);

        Assert.That(power, Is.EqualTo(ByDefinition(frame)).Within(1e-9 * size));
    }

    [Test]
    public void A_size_that_is_no_power_of_two_is_refused([Values(0, 2, 12, 400)] int size) =>
        Assert.That(() => new RealFft(size), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static double[] ByDefinition(double[] frame) =>
    [
        .. Enumerable.Range(0, (frame.Length / 2) + 1).Select(bin =>
        {
            Complex sum = Complex.Zero;
            for (int index = 0; index < frame.Length; index++)
            {
                sum += frame[index] * Complex.FromPolarCoordinates(1, -2 * Math.PI * bin * index / frame.Length);
            }

            return (sum.Real * sum.Real) + (sum.Imaginary * sum.Imaginary);
        }),
    ];
}
