using System.Numerics;
using System.Runtime.InteropServices;

namespace Orchestrator.Models.Networks;

/// <summary>h = f(W·x + b + U·h' + c), with f = tanh, max(·, 0) or min(max(·, 0), ceiling).</summary>
internal sealed class VanillaDirection(FlatParameters parameters, DirectionPlace place, NetworkOptions network)
    : RecurrentDirection(parameters, place, gates: 1, network.HiddenSize)
{
    private readonly Activation _activation = network.Activation;
    private readonly Vector<float> _ceiling =
        new(network.Activation == Activation.ClippedRelu ? (float)network.ReluCeiling : float.PositiveInfinity);

    protected override bool PassesOn => false;

    protected override void Activate(
        in Step step, Span<float> sums, ReadOnlySpan<float> recurrent, Biases biases, ReadOnlySpan<float> previous, Strided output)
    {
        ref float inputBias = ref MemoryMarshal.GetReference(biases.Input);
        ref float recurrentBias = ref MemoryMarshal.GetReference(biases.Recurrent);
        for (int sample = 0; sample < step.Count; sample++)
        {
            ref float sum = ref sums[sample * Units];
            ref float product = ref MemoryMarshal.GetReference(recurrent[(sample * Units)..]);
            ref float h = ref MemoryMarshal.GetReference(output.Row(sample, Units));
            for (int unit = 0; unit < Units; unit += Lanes.Width)
            {
                Vector<float> total = Lanes.Load(ref sum, unit, Units) + Lanes.Load(ref inputBias, unit, Units)
                    + (Lanes.Load(ref product, unit, Units) + Lanes.Load(ref recurrentBias, unit, Units));
                Vector<float> value = Function(total);
                Lanes.Store(value, ref sum, unit, Units);
                Lanes.Store(value, ref h, unit, Units);
            }
        }
    }

    protected override void Differentiate(
        in Step step, Span<float> sums, Span<float> recurrent, ReadOnlySpan<float> previous, Strided outputGradient, Span<float> carry)
    {
        for (int sample = 0; sample < step.Count; sample++)
        {
            ref float sum = ref sums[sample * Units];
            ref float later = ref carry[sample * Units];
            ref float asked = ref MemoryMarshal.GetReference(outputGradient.Row(sample, Units));
            for (int unit = 0; unit < Units; unit += Lanes.Width)
            {
                Vector<float> gradient = Lanes.Load(ref asked, unit, Units) + Lanes.Load(ref later, unit, Units);
                Lanes.Store(gradient * Slope(Lanes.Load(ref sum, unit, Units)), ref sum, unit, Units);
            }
        }
    }

    /// <summary>Not a number stays one, so that a divergence shows.</summary>
    private Vector<float> Function(Vector<float> total)
    {
        if (_activation == Activation.Tanh)
        {
            return Lanes.Tanh(total);
        }

        Vector<float> positive = Vector.ConditionalSelect(Vector.LessThan(total, Vector<float>.Zero), Vector<float>.Zero, total);
        return Vector.ConditionalSelect(Vector.GreaterThan(positive, _ceiling), _ceiling, positive);
    }

    /// <summary>f' by its value; zero at both ends of the clipped ReLU, as in PyTorch's <c>hardtanh</c>.</summary>
    private Vector<float> Slope(Vector<float> value)
    {
        if (_activation == Activation.Tanh)
        {
            return Vector<float>.One - (value * value);
        }

        Vector<int> inside = Vector.BitwiseAnd(Vector.GreaterThan(value, Vector<float>.Zero), Vector.LessThan(value, _ceiling));
        return Vector.ConditionalSelect(inside, Vector<float>.One, Vector<float>.Zero);
    }
}
