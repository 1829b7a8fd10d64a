using CsCheck;
using Orchestrator.Models.Networks;
using Orchestrator.Models.Training;
using TorchSharp;

namespace Orchestrator.Models.Tests.Training;

internal sealed class GradientNormTests
{
    [Test]
    public void It_is_the_root_of_the_sum_of_squares() =>
        Gen.Float[-10f, 10f].Array[1, 60].Sample(gradients =>
        {
            double expected = Math.Sqrt(gradients.Sum(gradient => (double)gradient * gradient));
            return Math.Abs(GradientNorm.Of(gradients) - expected) <= 1e-12 * (1 + expected);
        });

    [TestCase(2.5, 2.5)]
    [TestCase(10, 5)]
    [TestCase(0, 5)]
    public void Only_a_norm_beyond_the_limit_is_brought_back_to_it(double limit, double expected)
    {
        using torch.Tensor gradients = torch.tensor((float[])[3, 4]);

        GradientNorm.Clip(gradients, 5, limit);

        Assert.That(GradientNorm.Of(gradients.Floats()), Is.EqualTo(expected).Within(1e-6));
    }
}
