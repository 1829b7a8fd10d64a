using System.Numerics;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Collectives.Transports;

/// <summary>
/// One rank's end of the wires of one ring in one epoch; used by that rank's thread only. It delivers nothing that
/// another ring or epoch has sent.
/// </summary>
/// <remarks>
/// Each method that may wait does so until the deadline of the operation at most. Then, or when the ring has failed, or
/// when what arrives is not what is expected, it throws <see cref="CollectiveException"/>, and the ring has failed for
/// all ranks.
/// </remarks>
internal interface ITransport
{
    int Rank { get; }

    int WorldSize { get; }

    SendSemantics Semantics { get; }

    /// <summary>Begins the next operation and its deadline.</summary>
    void Begin();

    /// <summary>
    /// Publishes a chunk and returns at once. The caller keeps its memory where it is until <see cref="End"/> has returned
    /// and, under <see cref="SendSemantics.Rendezvous"/>, unchanged until <see cref="AwaitTaken"/> has.
    /// </summary>
    void Send<T>(int to, in Envelope envelope, ReadOnlySpan<T> chunk)
        where T : unmanaged;

    /// <summary>Waits for the next chunk of a peer, which must bear this envelope, and adds or copies it to the target.</summary>
    void Receive<T>(int from, in Envelope expected, Span<T> target, OnArrival onArrival)
        where T : unmanaged, IAdditionOperators<T, T, T>;

    /// <summary>Waits until the chunk last sent to this peer may be overwritten.</summary>
    void AwaitTaken(int to);

    /// <summary>
    /// Ends the operation, well or not; an operation that ends badly fails the ring. When this returns, no other rank
    /// reads or writes this rank's memory.
    /// </summary>
    void End(bool succeeded);
}
