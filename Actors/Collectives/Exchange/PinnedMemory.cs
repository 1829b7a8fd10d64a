using System.Runtime.InteropServices;

namespace Orchestrator.Actors.Collectives.Exchange;

/// <summary>Memory outside the collector's reach that grows to what is asked of it, and keeps nothing when it does.</summary>
internal sealed unsafe class PinnedMemory : IDisposable
{
    private const int Alignment = 64;
    private void* _start;
    private long _bytes;

    ~PinnedMemory() => NativeMemory.AlignedFree(_start);

    /// <summary>At least so many bytes; what an earlier call gave is gone if it was less.</summary>
    public Span<byte> OfAtLeast(long bytes)
    {
        if (bytes > _bytes)
        {
            int size = checked((int)bytes);
            NativeMemory.AlignedFree(_start);
            Forget();
            _start = NativeMemory.AlignedAlloc((nuint)size, Alignment);
            _bytes = size;
        }

        return new Span<byte>(_start, (int)_bytes);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_start);
        Forget();
        GC.SuppressFinalize(this);
    }

    private void Forget()
    {
        _start = null;
        _bytes = 0;
    }
}
