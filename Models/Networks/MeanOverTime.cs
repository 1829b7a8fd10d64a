using TorchSharp;

namespace Orchestrator.Models.Networks;

/// <summary>One row per sample: the mean of its frames. Rows come in the order of the layout's columns.</summary>
internal static class MeanOverTime
{
    public static void Forward(torch.Tensor features, PackedLayout layout, torch.Tensor means)
    {
        int columns = (int)features.shape[1];
        ReadOnlySpan<float> from = features.Floats();
        Span<float> to = means.Floats();
        to.Clear();
        for (int time = 0; time < layout.Frames; time++)
        {
            int start = layout.Offsets[time] * columns;
            for (int index = 0; index < layout.Active[time] * columns; index++)
            {
                to[index] += from[start + index];
            }
        }

        for (int index = 0; index < to.Length; index++)
        {
            to[index] /= layout.Lengths[index / columns];
        }
    }

    public static void Backward(torch.Tensor meansGradient, PackedLayout layout, torch.Tensor featuresGradient)
    {
        int columns = (int)featuresGradient.shape[1];
        ReadOnlySpan<float> from = meansGradient.Floats();
        Span<float> to = featuresGradient.Floats();
        for (int time = 0; time < layout.Frames; time++)
        {
            int start = layout.Offsets[time] * columns;
            for (int index = 0; index < layout.Active[time] * columns; index++)
            {
                to[start + index] = from[index] / layout.Lengths[index / columns];
            }
        }
    }
}
