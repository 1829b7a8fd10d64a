using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Collectives.Transports;

/// <summary>
/// One rank's end of the wires of one ring in one epoch; used by that rank's thread only. It delivers nothing that
/// another ring or epoch has sent.
/// </summary>
/// <remarks>
/// Each method that may wait does so until the deadline of the operation at most. Then, or when the ring has failed, or
/// when what arrives is not what is expected, it throws <see cref="CollectiveException"/>, and the ring has failed for
/// all ranks. While it waits, for whatever, it carries on every send that is under way: two ranks that send to each other
/// at the same time both get on.
/// <para>
/// To dispose of it is to leave the ring: others that still need this rank fail with <see cref="CollectiveFailure.Left"/>,
/// operations of which it has done its part are not disturbed. More than once does no harm.
/// </para>
/// </remarks>
internal interface ITransport : IDisposable
{
    int Rank { get; }

    int WorldSize { get; }

    /// <summary>Begins the next operation and its deadline.</summary>
    void Begin();

    /// <summary>
    /// Offers a chunk to a peer. Waits only while another send to the same peer is under way and the transport has no room
    /// for a further one.
    /// </summary>
    /// <param name="to">The peer.</param>
    /// <param name="envelope">What the chunk says of itself.</param>
    /// <param name="chunk">In pinned memory that stays where it is, unchanged, until the send is no longer under way.</param>
    void Send(int to, in Envelope envelope, ReadOnlySpan<byte> chunk);

    /// <summary>Waits for the next chunk of a peer, which must bear this envelope.</summary>
    /// <param name="from">The peer.</param>
    /// <param name="expected">What the chunk must say of itself.</param>
    /// <param name="target">Where it goes, of the chunk's length; in pinned memory.</param>
    /// <param name="reducer">Reduces it into the target; null: it replaces what is there.</param>
    void Receive(int from, in Envelope expected, Span<byte> target, Reducer? reducer);

    /// <summary>Waits until at most so many sends to this peer are under way: the earlier ones' memory may be written again.</summary>
    void AwaitSent(int to, int atMost);

    /// <summary>
    /// Ends the operation, well or not; an operation that ends badly fails the ring. When this returns, no other rank
    /// reads or writes this rank's memory, and the transport has forgotten its address.
    /// </summary>
    void End(bool succeeded);

    /// <summary>
    /// Ends the ring for all ranks, from the operation on that the failure names; wakes whoever waits. By any thread. Of several
    /// failures the one that touches the earliest operation stands, of those the first.
    /// </summary>
    void Fail(RingFailure failure);
}
