namespace Orchestrator.Actors.Collectives.Transports;

/// <summary>
/// What a chunk says of itself, so that ranks that have lost step are found out instead of summed up: sender and
/// receiver must agree on all of it.
/// </summary>
/// <param name="ElementBytes">Bytes of an element: 4 for float, 8 for double.</param>
/// <param name="Length">Elements in the whole buffer.</param>
/// <param name="Start">Where the chunk starts in the buffer, in elements.</param>
/// <param name="Count">Elements in the chunk.</param>
internal readonly record struct Envelope(int ElementBytes, long Length, long Start, int Count)
{
    public override string ToString() => $"elements {Start} to {Start + Count} of {Length}, {ElementBytes} bytes each";
}
