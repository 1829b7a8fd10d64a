using System.Numerics;
using System.Runtime.InteropServices;
using Orchestrator.Models.Networks;
using TorchSharp;

namespace Orchestrator.Models.Training;

/// <summary>Clipping by the norm of all gradients together (Pascanu, Mikolov, Bengio 2013).</summary>
internal static class GradientNorm
{
    /// <summary>L2 norm, summed in double precision: float32 would lose digits over some millions of squares.</summary>
    public static double Of(ReadOnlySpan<float> gradients) => Math.Sqrt(SumOfSquares(gradients));

    /// <summary>The square of the norm, for parts that are added up: in double precision.</summary>
    public static double SumOfSquares(ReadOnlySpan<float> gradients)
    {
        Vector<double> low = Vector<double>.Zero;
        Vector<double> high = Vector<double>.Zero;
        ref float first = ref MemoryMarshal.GetReference(gradients);
        for (int index = 0; index < gradients.Length; index += Lanes.Width)
        {
            Vector.Widen(Lanes.Load(ref first, index, gradients.Length), out Vector<double> left, out Vector<double> right);
            low += left * left;
            high += right * right;
        }

        return Vector.Sum(low + high);
    }

    /// <param name="limit">Largest norm allowed; 0 allows any.</param>
    public static void Clip(torch.Tensor gradients, double norm, double limit)
    {
        if (limit > 0 && norm > limit)
        {
            _ = gradients.mul_((float)(limit / norm));
        }
    }
}
