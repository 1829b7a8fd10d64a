using Orchestrator.Models.Randomness;
using TorchSharp;

namespace Orchestrator.Models.Networks;

/// <summary>
/// Inverted dropout (Srivastava et al. 2014): each number becomes 0 with probability p, else is divided by 1 − p.
/// What is drawn for a number follows from (seed, step, layer, position in the global batch, frame, unit) alone: no state
/// to save, and a rank that holds some of the samples draws for them what one rank with all of them would.
/// </summary>
internal sealed class FeatureDropout(double probability, int layer, int columns) : IDisposable
{
    private readonly RowBuffer _factors = new(columns);

    /// <summary>Drops in place.</summary>
    /// <param name="features">[rows, columns]</param>
    public void Forward(torch.Tensor features, PackedLayout layout, DropoutKey key)
    {
        torch.Tensor factors = _factors.Rows(layout.Rows);
        Draw(factors.Floats(), layout, key);
        _ = features.mul_(factors);
    }

    public void Backward(torch.Tensor gradient, PackedLayout layout) => _ = gradient.mul_(_factors.Rows(layout.Rows));

    public void Dispose() => _factors.Dispose();

    private void Draw(Span<float> factors, PackedLayout layout, DropoutKey key)
    {
        // A 32-bit draw below the bound is a zero; each 64-bit number gives two draws.
        uint bound = (uint)Math.Round(probability * uint.MaxValue);
        float kept = (float)(1 / (1 - probability));
        for (int time = 0; time < layout.Frames; time++)
        {
            for (int column = 0; column < layout.Active[time]; column++)
            {
                int position = layout.FirstPosition + layout.Order[column];
                var stream = SplitMix.Derive(
                    "dropout", (ulong)key.Seed, (ulong)key.Step, (ulong)layer, (ulong)position, (ulong)time);
                Draw(factors.Slice(layout.RowOf(time, column) * columns, columns), stream, bound, kept);
            }
        }
    }

    private static void Draw(Span<float> row, SplitMix stream, uint bound, float kept)
    {
        for (int index = 0; index < row.Length; index += 2)
        {
            ulong draw = stream.NextUInt64();
            row[index] = (uint)draw < bound ? 0 : kept;
            if (index + 1 < row.Length)
            {
                row[index + 1] = (uint)(draw >> 32) < bound ? 0 : kept;
            }
        }
    }
}

/// <summary>Names the draws of one training step.</summary>
internal readonly record struct DropoutKey(long Seed, long Step);
