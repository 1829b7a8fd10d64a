using System.Runtime.InteropServices;
using TorchSharp;

namespace Orchestrator.Models.Networks;

/// <summary>A matrix of float32 with a fixed number of columns that is used again in every step and grows to the longest batch.</summary>
internal sealed class RowBuffer(int columns) : IDisposable
{
    private torch.Tensor? _tensor;

    public int Columns => columns;

    /// <summary>The first <paramref name="count"/> rows, contiguous, with whatever the last use left in them.</summary>
    public torch.Tensor Rows(int count)
    {
        if (_tensor is null || _tensor.shape[0] < count)
        {
            _tensor?.Dispose();
            _tensor = torch.zeros(count, columns, torch.float32).DetachFromDisposeScope();
        }

        return _tensor.narrow(0, 0, count);
    }

    public void Dispose() => _tensor?.Dispose();
}

internal static class TensorSpans
{
    /// <summary>The tensor's own memory. It must be contiguous float32 on the processor, and outlive the span.</summary>
    public static Span<float> Floats(this torch.Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}
