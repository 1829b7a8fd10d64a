using Orchestrator.Models.Networks;
using TorchSharp;

namespace Orchestrator.Models.Training;

/// <summary>Cross entropy per sample; errors are samples whose largest score is not that of their class.</summary>
internal sealed class ClassificationHead(int classes) : TaskHead
{
    private readonly RowBuffer _gradient = new(classes);

    public override double Loss(torch.Tensor scores, PackedBatch batch, double scale, out torch.Tensor gradient)
    {
        gradient = _gradient.Rows(batch.Samples.Length);
        double loss = 0;
        for (int column = 0; column < batch.Samples.Length; column++)
        {
            loss += SoftmaxCrossEntropy.Row(
                scores.Floats().Slice(column * classes, classes),
                batch.Samples[column].Targets[0],
                (float)scale,
                gradient.Floats().Slice(column * classes, classes));
        }

        return loss * scale;
    }

    public override void Evaluate(torch.Tensor scores, PackedBatch batch, EvaluationSums sums)
    {
        sums.Loss += Loss(scores, batch, 1, out _);
        sums.Samples += batch.Samples.Length;
        for (int column = 0; column < batch.Samples.Length; column++)
        {
            ReadOnlySpan<float> row = scores.Floats().Slice(column * classes, classes);
            sums.WrongSamples += GreedyDecoder.Largest(row) == batch.Samples[column].Targets[0] ? 0 : 1;
        }
    }

    public override IEnumerable<(string Name, double Value)> Metrics(EvaluationSums sums) =>
    [
        ("loss", sums.Loss / sums.Samples),
        ("error-rate", sums.WrongSamples / sums.Samples),
    ];

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gradient.Dispose();
        }

        base.Dispose(disposing);
    }
}
