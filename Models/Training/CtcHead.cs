using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using TorchSharp;

namespace Orchestrator.Models.Training;

/// <summary>
/// Connectionist temporal classification (Graves et al. 2006): −log P(labels | scores) divided by the number of labels;
/// errors are edits between the greedily decoded and the true labels. Class 0 is the blank.
/// </summary>
internal sealed class CtcHead : TaskHead
{
    public override double Loss(torch.Tensor scores, PackedBatch batch, double scale, out torch.Tensor gradient)
    {
        using torch.Tensor leaf = scores.detach().clone().requires_grad_();
        using IDisposable _ = torch.enable_grad();
        float[] weights = Weights(batch, scale);
        using torch.Tensor losses = SampleLosses(leaf, batch);
        using torch.Tensor total = (losses * torch.tensor(weights)).sum();
        total.backward();
        gradient = leaf.grad!.contiguous();
        return Weigh(losses.detach().Floats(), weights);
    }

    public override void Evaluate(torch.Tensor scores, PackedBatch batch, EvaluationSums sums)
    {
        using torch.Tensor losses = SampleLosses(scores, batch);
        sums.Loss += Weigh(losses.Floats(), Weights(batch, 1));
        int classes = (int)scores.shape[1];
        ReadOnlySpan<float> rows = scores.Floats();
        for (int column = 0; column < batch.Samples.Length; column++)
        {
            int[] labels = batch.Samples[column].Targets;
            int edits = EditDistance.Between(GreedyDecoder.Decode(rows, classes, batch.Layout, column), labels);
            sums.UnitCost += edits;
            sums.Units += labels.Length;
            sums.Samples++;
            sums.WrongSamples += edits > 0 ? 1 : 0;
        }
    }

    public override IEnumerable<(string Name, double Value)> Metrics(EvaluationSums sums) =>
    [
        ("loss", sums.Loss / sums.Samples),
        ("label-error-rate", sums.UnitCost / sums.Units),
        ("sequence-error-rate", sums.WrongSamples / sums.Samples),
    ];

    /// <summary>Each label needs a frame, and a blank between equal neighbours: otherwise the loss is infinite.</summary>
    public override void Check(Split split)
    {
        for (int index = 0; index < split.Count; index++)
        {
            int[] labels = split[index].Targets;
            int needed = labels.Length + labels.Skip(1).Zip(labels).Count(pair => pair.First == pair.Second);
            if (split[index].Frames < needed)
            {
                throw new DataException(
                    null, $"Sample {index} has {split[index].Frames} frames; its {labels.Length} labels need {needed}.");
            }
        }
    }

    private static float[] Weights(PackedBatch batch, double scale) =>
        [.. batch.Samples.Select(sample => (float)(scale / Math.Max(1, sample.Targets.Length)))];

    private static double Weigh(ReadOnlySpan<float> losses, float[] weights)
    {
        double sum = 0;
        for (int index = 0; index < weights.Length; index++)
        {
            sum += (double)losses[index] * weights[index];
        }

        return sum;
    }

    /// <summary>−log P per sample, by column. The library wants [frames, samples, classes]; rows past a sample's end are any, and ignored.</summary>
    private static torch.Tensor SampleLosses(torch.Tensor scores, PackedBatch batch)
    {
        PackedLayout layout = batch.Layout;
        var places = new long[layout.Frames * layout.Samples];
        for (int time = 0; time < layout.Frames; time++)
        {
            for (int column = 0; column < layout.Active[time]; column++)
            {
                places[(time * layout.Samples) + column] = layout.RowOf(time, column);
            }
        }

        torch.Tensor padded = torch.nn.functional.log_softmax(scores, 1)
            .index_select(0, torch.tensor(places))
            .view(layout.Frames, layout.Samples, scores.shape[1]);
        return torch.nn.functional.ctc_loss(
            padded,
            torch.tensor(batch.Samples.SelectMany(sample => sample.Targets).Select(label => (long)label).ToArray()),
            torch.tensor(layout.Lengths.Select(length => (long)length).ToArray()),
            torch.tensor(batch.Samples.Select(sample => (long)sample.Targets.Length).ToArray()),
            reduction: torch.nn.Reduction.None);
    }
}
