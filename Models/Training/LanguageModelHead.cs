using Orchestrator.Models.Networks;
using TorchSharp;

namespace Orchestrator.Models.Training;

/// <summary>
/// Cross entropy of the next symbol, the mean over a window's symbols. Every window starts from a state of zero, in
/// training and in evaluation: bits per character include the first symbols of each window, about which little is known,
/// and so are a little worse than those of an evaluation that carries the state on.
/// </summary>
internal sealed class LanguageModelHead(int symbols) : TaskHead
{
    private readonly RowBuffer _gradient = new(symbols);

    public override double Loss(torch.Tensor scores, PackedBatch batch, double scale, out torch.Tensor gradient) =>
        Run(scores, batch, scale, out gradient).Loss * scale;

    public override void Evaluate(torch.Tensor scores, PackedBatch batch, EvaluationSums sums)
    {
        (double loss, double nats) = Run(scores, batch, 1, out _);
        sums.Loss += loss;
        sums.UnitCost += nats;
        sums.Samples += batch.Samples.Length;
        sums.Units += batch.Layout.Rows;
    }

    public override IEnumerable<(string Name, double Value)> Metrics(EvaluationSums sums) =>
    [
        ("loss", sums.Loss / sums.Samples),
        ("bits-per-character", sums.UnitCost / sums.Units / Math.Log(2)),
    ];

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gradient.Dispose();
        }

        base.Dispose(disposing);
    }

    private (double Loss, double Nats) Run(torch.Tensor scores, PackedBatch batch, double scale, out torch.Tensor gradient)
    {
        PackedLayout layout = batch.Layout;
        gradient = _gradient.Rows(layout.Rows);
        ReadOnlySpan<float> from = scores.Floats();
        Span<float> to = gradient.Floats();
        double loss = 0;
        double nats = 0;
        for (int time = 0; time < layout.Frames; time++)
        {
            for (int column = 0; column < layout.Active[time]; column++)
            {
                int start = layout.RowOf(time, column) * symbols;
                double symbol = SoftmaxCrossEntropy.Row(
                    from.Slice(start, symbols),
                    batch.Samples[column].Targets[time + 1],
                    (float)(scale / layout.Lengths[column]),
                    to.Slice(start, symbols));
                nats += symbol;
                loss += symbol / layout.Lengths[column];
            }
        }

        return (loss, nats);
    }
}
