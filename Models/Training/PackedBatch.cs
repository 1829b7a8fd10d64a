using Orchestrator.Models.Data;
using Orchestrator.Models.Networks;
using TorchSharp;

namespace Orchestrator.Models.Training;

/// <summary>Samples as the network reads them.</summary>
/// <param name="Input">[rows, inputs], in a buffer that the next batch writes again.</param>
/// <param name="Samples">In the order of the layout's columns.</param>
internal sealed record PackedBatch(torch.Tensor Input, PackedLayout Layout, Sample[] Samples);

/// <summary>Packs samples into one buffer, used again for each batch.</summary>
internal sealed class BatchPacker(DataShape shape) : IDisposable
{
    private readonly RowBuffer _rows = new(shape.InputSize);

    /// <param name="indices">Which samples, at least one.</param>
    /// <param name="firstPosition">Position of the first one within the global batch.</param>
    public PackedBatch Pack(Split split, ReadOnlySpan<int> indices, int firstPosition = 0)
    {
        var lengths = new int[indices.Length];
        for (int index = 0; index < lengths.Length; index++)
        {
            lengths[index] = split[indices[index]].Frames;
        }

        var layout = new PackedLayout(lengths, firstPosition);
        var samples = new Sample[indices.Length];
        torch.Tensor input = _rows.Rows(layout.Rows);
        Span<float> rows = input.Floats();
        for (int column = 0; column < samples.Length; column++)
        {
            samples[column] = split[indices[layout.Order[column]]];
            Fill(rows, layout, column, samples[column]);
        }

        return new PackedBatch(input, layout, samples);
    }

    public void Dispose() => _rows.Dispose();

    private void Fill(Span<float> rows, PackedLayout layout, int column, Sample sample)
    {
        int inputs = shape.InputSize;
        for (int time = 0; time < sample.Frames; time++)
        {
            Span<float> row = rows.Slice(layout.RowOf(time, column) * inputs, inputs);
            if (shape.Task == TaskKind.LanguageModel)
            {
                row.Clear();
                row[sample.Targets[time]] = 1;
            }
            else
            {
                sample.Features.AsSpan(time * inputs, inputs).CopyTo(row);
            }
        }
    }
}
