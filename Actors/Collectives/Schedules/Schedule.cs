using System.Collections.Immutable;

namespace Orchestrator.Actors.Collectives.Schedules;

/// <summary>
/// A collective as data: for each rank the steps that it takes, in order. The interpreter runs it, the checker proves
/// it and the cost model prices it; none of them knows which algorithm it is.
/// </summary>
/// <param name="Name">The algorithm, as reports name it.</param>
/// <param name="Goal">What it leaves where.</param>
/// <param name="Chunks">Into how many chunks the buffer is cut; see <see cref="ChunkLayout"/>.</param>
/// <param name="Scratch">Places beside the buffer, each with room for the longest chunk: for one, never for several.</param>
/// <param name="ByRank">The steps of each rank.</param>
internal sealed record Schedule(
    string Name, CollectiveGoal Goal, int Chunks, int Scratch, ImmutableArray<ImmutableArray<Step>> ByRank)
{
    public int WorldSize => ByRank.Length;

    /// <summary>Builds a schedule and has each rank wait where it must; see <see cref="SendWaits"/>.</summary>
    public static Schedule ForEachRank(
        string name, CollectiveGoal goal, int worldSize, int chunks, int scratch, Func<int, IEnumerable<Step>> steps) =>
        new(name, goal, chunks, scratch, [.. Enumerable.Range(0, worldSize).Select(rank => SendWaits.Insert(steps(rank)))]);
}

/// <summary>What a collective starts from and ends with.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Root">The rank that has the buffer at the start of a broadcast; 0 for all others.</param>
internal readonly record struct CollectiveGoal(CollectiveKind Kind, int Root = 0)
{
    public static CollectiveGoal AllReduce => new(CollectiveKind.AllReduce);

    public static CollectiveGoal ReduceScatter => new(CollectiveKind.ReduceScatter);

    public static CollectiveGoal AllGather => new(CollectiveKind.AllGather);

    public static CollectiveGoal Barrier => new(CollectiveKind.Barrier);

    public static CollectiveGoal Broadcast(int root) => new(CollectiveKind.Broadcast, root);
}

internal enum CollectiveKind
{
    /// <summary>Each rank has a buffer; all end with the reduction of all buffers.</summary>
    AllReduce,

    /// <summary>
    /// Each rank has a buffer; rank r ends with the reduction of part r in its place (part r: chunks r·k to (r + 1)·k − 1 of
    /// p·k). The rest of its buffer is of no use.
    /// </summary>
    ReduceScatter,

    /// <summary>Rank r has part r; all end with all parts.</summary>
    AllGather,

    /// <summary>The root has the buffer; all end with it.</summary>
    Broadcast,

    /// <summary>No rank ends before each has begun. One chunk, which is empty.</summary>
    Barrier,
}

/// <summary>
/// One step of one rank, in 16 bytes. A chunk lies in its own place in the buffer, or in a scratch place. Several chunks that
/// follow each other in the buffer may be one message.
/// </summary>
/// <param name="Kind">What is done.</param>
/// <param name="Peer">The other rank; −1 for what needs none.</param>
/// <param name="Chunk">The first chunk; for <see cref="StepKind.AwaitSent"/> how many sends may still be under way.</param>
/// <param name="Place">Where the chunk lies or goes: <see cref="Home"/>, or the number of a scratch place.</param>
/// <param name="Count">Chunks in a row; one where a scratch place is concerned.</param>
internal readonly record struct Step(StepKind Kind, int Peer, int Chunk, short Place, ushort Count)
{
    /// <summary>The chunk's own place in the buffer.</summary>
    public const int Home = -1;

    public static Step Send(int to, int chunk, int place = Home, int count = 1) =>
        new(StepKind.Send, to, chunk, checked((short)place), checked((ushort)count));

    public static Step Receive(int from, int chunk, int place = Home, int count = 1) =>
        new(StepKind.Receive, from, chunk, checked((short)place), checked((ushort)count));

    public static Step ReceiveReduce(int from, int chunk, int place = Home, int count = 1) =>
        new(StepKind.ReceiveReduce, from, chunk, checked((short)place), checked((ushort)count));

    public static Step Reduce(int chunk, int place) => new(StepKind.Reduce, -1, chunk, checked((short)place), 1);

    public static Step AwaitSent(int to, int atMost) => new(StepKind.AwaitSent, to, atMost, Home, 1);
}

internal enum StepKind
{
    /// <summary>
    /// Offers a chunk to a peer and goes on. A transport may hold the rank up while another send to the same peer is under
    /// way, never otherwise. Until the peer has taken the chunk, out of this very memory, it must not be written.
    /// </summary>
    Send,

    /// <summary>Waits for the next chunk of a peer and puts it in the place.</summary>
    Receive,

    /// <summary>Waits for the next chunk of a peer and reduces it into what the place holds.</summary>
    ReceiveReduce,

    /// <summary>Reduces what a scratch place holds into the chunk at home.</summary>
    Reduce,

    /// <summary>Waits until at most so many sends to a peer are under way.</summary>
    AwaitSent,
}
