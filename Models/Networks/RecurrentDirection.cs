using TorchSharp;

namespace Orchestrator.Models.Networks;

/// <summary>
/// One layer in one direction, with its derivative written out: no graph, no tensor made per time step.
/// </summary>
/// <remarks>
/// Per batch of N rows (frames of all samples, see <see cref="PackedLayout"/>), with G gates and H units:
/// <code>
///   forward    A = X·Wᵀ                 [N, GH]  one product
///              at each time, in order:
///                R = P(t)·Uᵀ            [n, GH]  n samples that have a previous output P(t) = Y(t ∓ 1)
///                Y(t), A(t) ← cell(A(t), R)      activations replace sums
///   backward   at each time, in reverse:
///                D(t), E(t), C ← cell'  derivatives by input sums (D, in the place of A) and recurrent sums (E)
///                C ← C + E(t)·U         [n, H]   what the previous output receives
///              dW = Dᵀ·X, dU = Eᵀ·P, biases are column sums of D and E, dX = D·W: one product each
/// </code>
/// PyTorch's own loop adds to dU at every time step instead, which reads and writes the whole matrix each time.
/// <para>
/// The larger of dW and dU comes first, so that it can travel while the smaller is computed; the biases come before both and
/// leave with dU, which they lie behind.
/// </para>
/// </remarks>
internal abstract class RecurrentDirection : IDisposable
{
    private readonly bool _backward;
    private readonly torch.Tensor _input;
    private readonly torch.Tensor _recurrent;
    private readonly torch.Tensor _inputBias;
    private readonly torch.Tensor _recurrentBias;
    private readonly torch.Tensor _inputGradient;
    private readonly torch.Tensor _recurrentGradient;
    private readonly torch.Tensor _inputBiasGradient;
    private readonly torch.Tensor _recurrentBiasGradient;
    private readonly Part[] _wholes;
    private readonly Part[] _parts;
    private readonly RowBuffer _sums;
    private readonly RowBuffer _recurrentSums;
    private readonly RowBuffer _previous;
    private readonly RowBuffer _carry;
    private readonly RowBuffer _transposed;

    /// <param name="place">Which direction of which layer.</param>
    protected RecurrentDirection(FlatParameters parameters, DirectionPlace place, int gates, int units)
    {
        string prefix = place.Prefix;
        _backward = place.Backward;
        _input = parameters[prefix + ".input"];
        _recurrent = parameters[prefix + ".recurrent"];
        _inputBias = parameters[prefix + ".input-bias"];
        _recurrentBias = parameters[prefix + ".recurrent-bias"];
        _inputGradient = parameters.GradientOf(prefix + ".input");
        _recurrentGradient = parameters.GradientOf(prefix + ".recurrent");
        _inputBiasGradient = parameters.GradientOf(prefix + ".input-bias");
        _recurrentBiasGradient = parameters.GradientOf(prefix + ".recurrent-bias");
        Units = units;
        Gates = gates;
        GradientRange input = parameters.RangeOf(prefix + ".input");
        GradientRange recurrent = parameters.RangeOf(prefix + ".recurrent");
        int biases = 2 * gates * units;
        _wholes = [.. Order(input, recurrent, biases, gates * units, RowBlocks.Whole)];
        _parts = place.IsLast ? [.. Order(input, recurrent, biases, gates * units, RowBlocks.Falling)] : _wholes;
        _sums = new RowBuffer(gates * units);
        _recurrentSums = new RowBuffer(gates * units);
        _previous = new RowBuffer(units);
        _carry = new RowBuffer(units);
        _transposed = new RowBuffer(gates * units);
    }

    /// <summary>The gradients of this direction, all of them, in the order in which <see cref="Backward"/> tells of them.</summary>
    public IEnumerable<GradientRange> GradientOrder => _parts.Select(part => part.Range);

    protected int Units { get; }

    protected int Gates { get; }

    /// <summary>Whether part of the derivative reaches the previous output past the recurrent matrix (as in a GRU).</summary>
    protected abstract bool PassesOn { get; }

    public static RecurrentDirection Create(NetworkOptions network, FlatParameters parameters, DirectionPlace place) =>
        network.Kind switch
        {
            NetworkKind.Rnn => new VanillaDirection(parameters, place, network),
            NetworkKind.Gru => new GruDirection(parameters, place, network.HiddenSize),
            NetworkKind.Lstm => new LstmDirection(parameters, place, network.HiddenSize),
            _ => throw new ArgumentOutOfRangeException(nameof(network), network.Kind, "Not a network kind."),
        };

    /// <summary>Runs over the batch, from states of zero.</summary>
    /// <param name="input">[rows, inputs]</param>
    /// <param name="output">[rows, directions · units], of which the units from <paramref name="column"/> on are written.</param>
    public void Forward(torch.Tensor input, PackedLayout layout, torch.Tensor output, int column)
    {
        torch.Tensor sums = _sums.Rows(layout.Rows);
        using torch.Tensor transposedInput = _input.t();
        torch.Tensor transposedRecurrent = Transposed();
        _ = sums.addmm_(input, transposedInput, beta: 0);
        torch.Tensor previous = _previous.Rows(layout.Rows);
        torch.Tensor recurrentSums = _recurrentSums.Rows(layout.Samples);
        Prepare(layout);
        var outputs = new Strided(output.Floats(), (int)output.shape[1], column);
        var biases = new Biases(_inputBias.Floats(), _recurrentBias.Floats());
        Span<float> allSums = sums.Floats();
        Span<float> allPrevious = previous.Floats();
        Span<float> allRecurrent = recurrentSums.Floats();
        int width = Gates * Units;
        foreach (Step step in Steps(layout))
        {
            RecallPrevious(step, allPrevious, outputs);
            if (step.Carried > 0)
            {
                using torch.Tensor from = previous.narrow(0, step.Row, step.Carried);
                using torch.Tensor to = recurrentSums.narrow(0, 0, step.Carried);
                _ = to.addmm_(from, transposedRecurrent, beta: 0);
            }

            Span<float> recurrent = allRecurrent[..(step.Count * width)];
            recurrent[(step.Carried * width)..].Clear();
            Activate(
                step,
                allSums.Slice(step.Row * width, step.Count * width),
                recurrent,
                biases,
                allPrevious.Slice(step.Row * Units, step.Count * Units),
                outputs.From(step.Row));
        }
    }

    /// <summary>Derivatives of the last <see cref="Forward"/>; those by the parameters replace what was in the gradient buffer.</summary>
    /// <param name="input">As in the forward pass.</param>
    /// <param name="outputGradient">[rows, directions · units], of which the units from <paramref name="column"/> on are read.</param>
    /// <param name="inputGradient">[rows, inputs], or null where nobody asks.</param>
    /// <param name="add">Whether <paramref name="inputGradient"/> is added to, or replaced.</param>
    /// <param name="final">Told each range of the gradient buffer as soon as nothing more will change there; null where nobody asks.</param>
    public void Backward(
        torch.Tensor input,
        PackedLayout layout,
        torch.Tensor outputGradient,
        int column,
        torch.Tensor? inputGradient,
        bool add,
        Action<GradientRange>? final)
    {
        torch.Tensor sums = _sums.Rows(layout.Rows);
        torch.Tensor recurrentDeltas = RecurrentDeltas(sums, layout);
        torch.Tensor previous = _previous.Rows(layout.Rows);
        Derive(layout, sums, recurrentDeltas, previous, new Strided(outputGradient.Floats(), (int)outputGradient.shape[1], column));
        using torch.Tensor transposedSums = sums.t();
        using torch.Tensor transposedDeltas = recurrentDeltas.t();
        Lanes.SumColumns(sums.Floats(), _inputBiasGradient.Floats());
        Lanes.SumColumns(recurrentDeltas.Floats(), _recurrentBiasGradient.Floats());
        foreach (Part part in final is null ? _wholes : _parts)
        {
            if (part.IsRecurrent)
                Product(_recurrentGradient, transposedDeltas, previous, part);
            else
                Product(_inputGradient, transposedSums, input, part);
            final?.Invoke(part.Range);
        }

        _ = inputGradient?.addmm_(sums, _input, beta: add ? 1 : 0);
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _sums.Dispose();
            _recurrentSums.Dispose();
            _previous.Dispose();
            _carry.Dispose();
            _transposed.Dispose();
        }
    }

    /// <summary>Makes room for what the cell keeps besides its activations.</summary>
    protected virtual void Prepare(PackedLayout layout)
    {
    }

    /// <summary>[rows, gates · units] for derivatives by the recurrent sums, where they differ from those by the input sums.</summary>
    protected virtual torch.Tensor RecurrentDeltas(torch.Tensor sums, PackedLayout layout) => sums;

    /// <summary>The cell, at one time.</summary>
    /// <param name="sums">[count, gates · units]: products of the input, replaced by the activations.</param>
    /// <param name="recurrent">[count, gates · units]: products of the previous output.</param>
    /// <param name="previous">[count, units]: the previous output.</param>
    protected abstract void Activate(
        in Step step, Span<float> sums, ReadOnlySpan<float> recurrent, Biases biases, ReadOnlySpan<float> previous, Strided output);

    /// <summary>The cell's derivative, at one time.</summary>
    /// <param name="sums">[count, gates · units]: activations, replaced by derivatives by the input sums.</param>
    /// <param name="recurrent">[count, gates · units]: receives derivatives by the recurrent sums; the same memory as <paramref name="sums"/> where they are equal.</param>
    /// <param name="carry">[count, units]: what later steps ask of this output; replaced by what passes on to the previous one.</param>
    protected abstract void Differentiate(
        in Step step, Span<float> sums, Span<float> recurrent, ReadOnlySpan<float> previous, Strided outputGradient, Span<float> carry);

    /// <summary>The larger matrix first. The biases lie behind the recurrent matrix and go with its last part.</summary>
    /// <param name="biases">Values of both biases.</param>
    private static IEnumerable<Part> Order(
        GradientRange input, GradientRange recurrent, int biases, int rows, Func<int, IEnumerable<int>> blocks)
    {
        IEnumerable<Part> first = Parts(input, isRecurrent: false, behind: 0);
        IEnumerable<Part> second = Parts(recurrent, isRecurrent: true, behind: biases);
        return input.Count >= recurrent.Count ? first.Concat(second) : second.Concat(first);

        IEnumerable<Part> Parts(GradientRange matrix, bool isRecurrent, int behind)
        {
            int columns = matrix.Count / rows;
            int row = 0;
            foreach (int count in blocks(rows))
            {
                int more = row + count == rows ? behind : 0;
                var range = new GradientRange(matrix.Start + (row * columns), (count * columns) + more);
                yield return new Part(isRecurrent, row, count, range);
                row += count;
            }
        }
    }

    /// <summary>Rows of a weight gradient: those of a product with the same rows of the transposed derivatives.</summary>
    private static void Product(torch.Tensor gradient, torch.Tensor transposedDeltas, torch.Tensor by, in Part part)
    {
        using torch.Tensor to = gradient.narrow(0, part.FirstRow, part.Rows);
        using torch.Tensor from = transposedDeltas.narrow(0, part.FirstRow, part.Rows);
        _ = to.addmm_(from, by, beta: 0);
    }

    /// <summary>Uᵀ laid out anew: the products of a time step, which read it once each, are a quarter faster than on a view.</summary>
    private torch.Tensor Transposed()
    {
        using torch.Tensor view = _recurrent.t();
        return _transposed.Rows(Units).copy_(view);
    }

    private void Derive(
        PackedLayout layout, torch.Tensor sums, torch.Tensor recurrentDeltas, torch.Tensor previous, Strided outputGradient)
    {
        int width = Gates * Units;
        torch.Tensor carry = _carry.Rows(layout.Samples);
        Span<float> allCarries = carry.Floats();
        Span<float> allSums = sums.Floats();
        Span<float> allDeltas = recurrentDeltas.Floats();
        Span<float> allPrevious = previous.Floats();
        int carried = 0;
        foreach (Step step in Steps(layout).Reverse())
        {
            Span<float> carries = allCarries[..(step.Count * Units)];
            carries[(carried * Units)..].Clear();
            Differentiate(
                step with { Carried = carried },
                allSums.Slice(step.Row * width, step.Count * width),
                allDeltas.Slice(step.Row * width, step.Count * width),
                allPrevious.Slice(step.Row * Units, step.Count * Units),
                outputGradient.From(step.Row),
                carries);
            carried = step.Carried;
            if (carried > 0)
            {
                using torch.Tensor to = carry.narrow(0, 0, carried);
                using torch.Tensor from = recurrentDeltas.narrow(0, step.Row, carried);
                _ = to.addmm_(from, _recurrent, beta: PassesOn ? 1 : 0);
            }
        }
    }

    /// <summary>Times in the order of this direction.</summary>
    private IEnumerable<Step> Steps(PackedLayout layout)
    {
        int before = 0;
        int beforeRow = 0;
        for (int index = 0; index < layout.Frames; index++)
        {
            int time = _backward ? layout.Frames - 1 - index : index;
            int count = layout.Active[time];
            yield return new Step(layout.Offsets[time], count, Math.Min(before, count), beforeRow);
            before = count;
            beforeRow = layout.Offsets[time];
        }
    }

    private void RecallPrevious(in Step step, Span<float> previous, Strided outputs)
    {
        Span<float> here = previous.Slice(step.Row * Units, step.Count * Units);
        for (int sample = 0; sample < step.Carried; sample++)
        {
            outputs.Row(step.PreviousRow + sample, Units).CopyTo(here.Slice(sample * Units, Units));
        }

        here[(step.Carried * Units)..].Clear();
    }

    /// <summary>A time step of a direction.</summary>
    /// <param name="Row">Its first row.</param>
    /// <param name="Count">Samples that have a frame here.</param>
    /// <param name="Carried">Of these, how many (the first ones) have a neighbour: in the forward pass the previous step, in the backward pass the following one.</param>
    /// <param name="PreviousRow">First row of the previous step.</param>
    protected readonly record struct Step(int Row, int Count, int Carried, int PreviousRow);

    /// <summary>Rows of a weight gradient that are computed at once.</summary>
    /// <param name="Range">Where they lie, with what becomes final with them.</param>
    private readonly record struct Part(bool IsRecurrent, int FirstRow, int Rows, GradientRange Range);

    /// <summary>Both biases, [gates · units] each.</summary>
    protected readonly ref struct Biases(ReadOnlySpan<float> input, ReadOnlySpan<float> recurrent)
    {
        public ReadOnlySpan<float> Input { get; } = input;

        public ReadOnlySpan<float> Recurrent { get; } = recurrent;
    }

    /// <summary>Columns of a wider matrix.</summary>
    protected readonly ref struct Strided(Span<float> all, int stride, int column)
    {
        private readonly Span<float> _all = all;

        public Span<float> Row(int row, int count) => _all.Slice((row * stride) + column, count);

        public Strided From(int row) => new(_all[(row * stride)..], stride, column);
    }
}
