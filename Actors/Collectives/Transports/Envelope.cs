using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Collectives.Transports;

/// <summary>
/// What a chunk says of itself, so that ranks that have lost step are found out instead of summed up: sender and
/// receiver must agree on all of it.
/// </summary>
/// <param name="Type">Of the elements.</param>
/// <param name="Length">Elements in the whole buffer.</param>
/// <param name="Start">Where the chunk starts in the buffer, in elements.</param>
/// <param name="Count">Elements in the chunk.</param>
internal readonly record struct Envelope(ElementType Type, long Length, long Start, int Count)
{
    /// <summary>Bytes of the chunk.</summary>
    public int Bytes => Count * Type.Bytes();

    public override string ToString() => $"elements {Start} to {Start + Count} of {Length}, each {Type.Name()}";
}
