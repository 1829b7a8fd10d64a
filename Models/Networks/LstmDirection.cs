using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Orchestrator.Models.Networks;

/// <summary>
/// PyTorch's form of the long short-term memory, rows in the order i, f, g, o, each gate the sum W·x + b + U·h' + c:
/// <code>
///   i, f, o = σ(·)   g = tanh(·)   s = f ⊙ s' + i ⊙ g   h = o ⊙ tanh(s)
/// </code>
/// </summary>
internal sealed class LstmDirection(FlatParameters parameters, DirectionPlace place, int units)
    : RecurrentDirection(parameters, place, gates: 4, units)
{
    private readonly RowBuffer _states = new(units);
    private readonly RowBuffer _previousStates = new(units);
    private readonly RowBuffer _stateCarry = new(units);
    private torch.Tensor? _state;
    private torch.Tensor? _previousState;
    private torch.Tensor? _carriedState;

    protected override bool PassesOn => false;

    protected override void Prepare(PackedLayout layout)
    {
        _state = _states.Rows(layout.Rows);
        _previousState = _previousStates.Rows(layout.Rows);
    }

    protected override torch.Tensor RecurrentDeltas(torch.Tensor sums, PackedLayout layout)
    {
        Prepare(layout);
        _carriedState = _stateCarry.Rows(layout.Samples);
        return sums;
    }

    protected override void Activate(
        in Step step, Span<float> sums, ReadOnlySpan<float> recurrent, Biases biases, ReadOnlySpan<float> previous, Strided output)
    {
        int units = Units;
        Span<float> states = _state!.Floats();
        Span<float> before = _previousState!.Floats().Slice(step.Row * units, step.Count * units);
        states.Slice(step.PreviousRow * units, step.Carried * units).CopyTo(before);
        before[(step.Carried * units)..].Clear();
        for (int sample = 0; sample < step.Count; sample++)
        {
            Span<float> a = sums.Slice(sample * 4 * units, 4 * units);
            ReadOnlySpan<float> u = recurrent.Slice(sample * 4 * units, 4 * units);
            ref float state = ref states[(step.Row + sample) * units];
            ref float old = ref before[sample * units];
            ref float h = ref MemoryMarshal.GetReference(output.Row(sample, units));
            for (int unit = 0; unit < units; unit += Lanes.Width)
            {
                Vector<float> input = Lanes.Sigmoid(Total(0, unit, a, u, biases));
                Vector<float> forget = Lanes.Sigmoid(Total(1, unit, a, u, biases));
                Vector<float> cell = Lanes.Tanh(Total(2, unit, a, u, biases));
                Vector<float> gate = Lanes.Sigmoid(Total(3, unit, a, u, biases));
                Vector<float> value = (forget * Lanes.Load(ref old, unit, units)) + (input * cell);
                Put(0, unit, a, input);
                Put(1, unit, a, forget);
                Put(2, unit, a, cell);
                Put(3, unit, a, gate);
                Lanes.Store(value, ref state, unit, units);
                Lanes.Store(gate * Lanes.Tanh(value), ref h, unit, units);
            }
        }
    }

    protected override void Differentiate(
        in Step step, Span<float> sums, Span<float> recurrent, ReadOnlySpan<float> previous, Strided outputGradient, Span<float> carry)
    {
        int units = Units;
        Span<float> states = _state!.Floats().Slice(step.Row * units, step.Count * units);
        Span<float> before = _previousState!.Floats().Slice(step.Row * units, step.Count * units);
        Span<float> stateCarry = _carriedState!.Floats()[..(step.Count * units)];
        stateCarry[(step.Carried * units)..].Clear();
        for (int sample = 0; sample < step.Count; sample++)
        {
            Span<float> a = sums.Slice(sample * 4 * units, 4 * units);
            ref float state = ref states[sample * units];
            ref float old = ref before[sample * units];
            ref float asked = ref MemoryMarshal.GetReference(outputGradient.Row(sample, units));
            ref float later = ref carry[sample * units];
            ref float laterState = ref stateCarry[sample * units];
            for (int unit = 0; unit < units; unit += Lanes.Width)
            {
                Vector<float> gradient = Lanes.Load(ref asked, unit, units) + Lanes.Load(ref later, unit, units);
                Vector<float> squashed = Lanes.Tanh(Lanes.Load(ref state, unit, units));
                Vector<float> input = Get(0, unit, a);
                Vector<float> forget = Get(1, unit, a);
                Vector<float> cell = Get(2, unit, a);
                Vector<float> gate = Get(3, unit, a);
                Vector<float> byState = Lanes.Load(ref laterState, unit, units)
                    + (gradient * gate * (Vector<float>.One - (squashed * squashed)));
                Put(0, unit, a, byState * cell * (input * (Vector<float>.One - input)));
                Put(1, unit, a, byState * Lanes.Load(ref old, unit, units) * (forget * (Vector<float>.One - forget)));
                Put(2, unit, a, byState * input * (Vector<float>.One - (cell * cell)));
                Put(3, unit, a, gradient * squashed * (gate * (Vector<float>.One - gate)));
                Lanes.Store(byState * forget, ref laterState, unit, units);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _states.Dispose();
            _previousStates.Dispose();
            _stateCarry.Dispose();
        }

        base.Dispose(disposing);
    }

    private Vector<float> Total(int gate, int unit, ReadOnlySpan<float> sums, ReadOnlySpan<float> recurrent, Biases biases) =>
        Get(gate, unit, sums) + Get(gate, unit, biases.Input) + (Get(gate, unit, recurrent) + Get(gate, unit, biases.Recurrent));

    private Vector<float> Get(int gate, int unit, ReadOnlySpan<float> rows) =>
        Lanes.Load(ref MemoryMarshal.GetReference(rows.Slice(gate * Units, Units)), unit, Units);

    private void Put(int gate, int unit, Span<float> rows, Vector<float> value) =>
        Lanes.Store(value, ref MemoryMarshal.GetReference(rows.Slice(gate * Units, Units)), unit, Units);
}
