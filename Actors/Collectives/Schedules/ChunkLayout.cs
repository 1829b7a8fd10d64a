namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// How a buffer is cut into chunks: as evenly as whole elements allow, the first <c>length mod chunks</c> of them one
/// element longer. With fewer elements than chunks the last chunks are empty.
/// </summary>
/// <param name="Length">Elements in the buffer, ≥ 0.</param>
/// <param name="Chunks">Number of chunks, ≥ 1.</param>
internal readonly record struct ChunkLayout(long Length, int Chunks)
{
    /// <summary>The first element of a chunk.</summary>
    public long StartOf(int chunk) => (chunk * (Length / Chunks)) + Math.Min(chunk, Length % Chunks);

    /// <summary>Elements in a chunk.</summary>
    public long LengthOf(int chunk) => (Length / Chunks) + (chunk < Length % Chunks ? 1 : 0);

    /// <summary>Elements in so many chunks in a row.</summary>
    public long LengthOf(int chunk, int count) => StartOf(chunk + count) - StartOf(chunk);
}
