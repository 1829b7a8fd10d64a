using System.Collections.Immutable;

namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// A collective as data: for each rank the steps that it takes, in order. The interpreter runs it, the checker proves
/// it and the cost model prices it; none of them knows which algorithm it is.
/// </summary>
/// <param name="Name">The algorithm, as reports name it.</param>
/// <param name="Chunks">Into how many chunks the buffer is cut; see <see cref="ChunkLayout"/>.</param>
/// <param name="ByRank">The steps of each rank.</param>
internal sealed record Schedule(string Name, int Chunks, ImmutableArray<ImmutableArray<Step>> ByRank)
{
    public int WorldSize => ByRank.Length;

    public static Schedule ForEachRank(string name, int worldSize, int chunks, Func<int, IEnumerable<Step>> steps) =>
        new(name, chunks, [.. Enumerable.Range(0, worldSize).Select(rank => steps(rank).ToImmutableArray())]);
}

/// <summary>One step of one rank: send a chunk and receive a chunk, both at once. Null: nothing in that direction.</summary>
internal readonly record struct Step(Send? Send, Receive? Receive);

internal readonly record struct Send(int To, int Chunk);

internal readonly record struct Receive(int From, int Chunk, OnArrival OnArrival);

/// <summary>What a receiver does with the chunk that arrives.</summary>
internal enum OnArrival
{
    /// <summary>Its own values plus those that arrive.</summary>
    Add,

    /// <summary>Those that arrive, in place of its own.</summary>
    Replace,
}

/// <summary>When a sender may go on to its next step.</summary>
internal enum SendSemantics
{
    /// <summary>
    /// As soon as the receiver has taken the chunk out of the sender's own memory. Nothing is copied on the way; a step
    /// must not write the chunk that it sends.
    /// </summary>
    Rendezvous,

    /// <summary>At once: the transport holds a copy of the chunk as it was when the step began.</summary>
    Buffered,
}
