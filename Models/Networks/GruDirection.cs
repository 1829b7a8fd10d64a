using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Orchestrator.Models.Networks;

/// <summary>
/// PyTorch's (and cuDNN's) form of the gated recurrent unit, rows in the order r, z, n:
/// <code>
///   r = σ(W_r·x + b_r + U_r·h' + c_r)      reset
///   z = σ(W_z·x + b_z + U_z·h' + c_z)      update
///   q = U_n·h' + c_n
///   n = tanh(W_n·x + b_n + r ⊙ q)          candidate
///   h = n + z ⊙ (h' − n)
/// </code>
/// </summary>
internal sealed class GruDirection(FlatParameters parameters, DirectionPlace place, int units)
    : RecurrentDirection(parameters, place, gates: 3, units)
{
    private readonly RowBuffer _candidateProducts = new(units);
    private readonly RowBuffer _recurrentDeltas = new(3 * units);
    private torch.Tensor? _products;

    protected override bool PassesOn => true;

    protected override void Prepare(PackedLayout layout) => _products = _candidateProducts.Rows(layout.Rows);

    protected override torch.Tensor RecurrentDeltas(torch.Tensor sums, PackedLayout layout)
    {
        _products = _candidateProducts.Rows(layout.Rows);
        return _recurrentDeltas.Rows(layout.Rows);
    }

    protected override void Activate(
        in Step step, Span<float> sums, ReadOnlySpan<float> recurrent, Biases biases, ReadOnlySpan<float> previous, Strided output)
    {
        int units = Units;
        Span<float> products = _products!.Floats().Slice(step.Row * units, step.Count * units);
        for (int sample = 0; sample < step.Count; sample++)
        {
            var a = new Three(sums[(sample * 3 * units)..], units);
            var b = new Three(biases.Input, units);
            var c = new Three(biases.Recurrent, units);
            var u = new Three(recurrent[(sample * 3 * units)..], units);
            ref float before = ref MemoryMarshal.GetReference(previous[(sample * units)..]);
            ref float q = ref products[sample * units];
            ref float h = ref MemoryMarshal.GetReference(output.Row(sample, units));
            for (int unit = 0; unit < units; unit += Lanes.Width)
            {
                Vector<float> reset = Lanes.Sigmoid(
                    a.First(unit) + b.First(unit) + (u.First(unit) + c.First(unit)));
                Vector<float> update = Lanes.Sigmoid(
                    a.Second(unit) + b.Second(unit) + (u.Second(unit) + c.Second(unit)));
                Vector<float> product = u.Third(unit) + c.Third(unit);
                Vector<float> candidate = Lanes.Tanh(a.Third(unit) + b.Third(unit) + (reset * product));
                Vector<float> value = candidate + (update * (Lanes.Load(ref before, unit, units) - candidate));
                a.Store(unit, reset, update, candidate);
                Lanes.Store(product, ref q, unit, units);
                Lanes.Store(value, ref h, unit, units);
            }
        }
    }

    protected override void Differentiate(
        in Step step, Span<float> sums, Span<float> recurrent, ReadOnlySpan<float> previous, Strided outputGradient, Span<float> carry)
    {
        int units = Units;
        Span<float> products = _products!.Floats().Slice(step.Row * units, step.Count * units);
        for (int sample = 0; sample < step.Count; sample++)
        {
            var a = new Three(sums[(sample * 3 * units)..], units);
            var e = new Three(recurrent[(sample * 3 * units)..], units);
            ref float before = ref MemoryMarshal.GetReference(previous[(sample * units)..]);
            ref float q = ref products[sample * units];
            ref float asked = ref MemoryMarshal.GetReference(outputGradient.Row(sample, units));
            ref float later = ref carry[sample * units];
            for (int unit = 0; unit < units; unit += Lanes.Width)
            {
                Vector<float> gradient = Lanes.Load(ref asked, unit, units) + Lanes.Load(ref later, unit, units);
                Vector<float> reset = a.First(unit);
                Vector<float> update = a.Second(unit);
                Vector<float> candidate = a.Third(unit);
                Vector<float> byCandidate = gradient * (Vector<float>.One - update) * (Vector<float>.One - (candidate * candidate));
                Vector<float> byUpdate = gradient * (Lanes.Load(ref before, unit, units) - candidate)
                    * (update * (Vector<float>.One - update));
                Vector<float> byReset = byCandidate * Lanes.Load(ref q, unit, units) * (reset * (Vector<float>.One - reset));
                a.Store(unit, byReset, byUpdate, byCandidate);
                e.Store(unit, byReset, byUpdate, byCandidate * reset);
                Lanes.Store(gradient * update, ref later, unit, units);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _candidateProducts.Dispose();
            _recurrentDeltas.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Three rows of equal length, one behind the other.</summary>
    private readonly ref struct Three
    {
        private readonly ref float _first;
        private readonly ref float _second;
        private readonly ref float _third;
        private readonly int _count;

        public Three(ReadOnlySpan<float> rows, int count)
        {
            _first = ref MemoryMarshal.GetReference(rows[..count]);
            _second = ref MemoryMarshal.GetReference(rows.Slice(count, count));
            _third = ref MemoryMarshal.GetReference(rows.Slice(2 * count, count));
            _count = count;
        }

        public Vector<float> First(int index) => Lanes.Load(ref _first, index, _count);

        public Vector<float> Second(int index) => Lanes.Load(ref _second, index, _count);

        public Vector<float> Third(int index) => Lanes.Load(ref _third, index, _count);

        public void Store(int index, Vector<float> first, Vector<float> second, Vector<float> third)
        {
            Lanes.Store(first, ref _first, index, _count);
            Lanes.Store(second, ref _second, index, _count);
            Lanes.Store(third, ref _third, index, _count);
        }
    }
}
