using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>How a rank reaches the others over TCP. All ranks of a ring use the same secret, connections and stripes.</summary>
public sealed record TcpOptions
{
    /// <summary>
    /// From the call of an operation until it has ended on this rank, &gt; 0. It covers the waiting for the slowest rank, so
    /// that it must exceed the time by which ranks may be apart.
    /// </summary>
    public TimeSpan OperationDeadline { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>From the joining of this rank until all have joined, &gt; 0. It covers what the others do before they join.</summary>
    public TimeSpan JoinDeadline { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long whoever connects may take to introduce itself, &gt; 0: as long a stranger that says nothing keeps one of
    /// <see cref="GuestsMax"/> places.
    /// </summary>
    public TimeSpan HandshakeDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections that may be introducing themselves at the same time, ≥ 1; the rest waits.</summary>
    public int GuestsMax { get; init; } = 128;

    /// <summary>
    /// The addresses of this machine on which the rank listens, on a port that the system chooses, until all have joined;
    /// 1 to 8. Other machines need one that they can reach, and then <see cref="Secret"/> and <see cref="Tls"/> are in order.
    /// </summary>
    public IReadOnlyList<IPAddress> ListenOn { get; init; } = [IPAddress.Loopback];

    /// <summary>
    /// The names or addresses by which the others reach this rank, one for each of <see cref="ListenOn"/>; null: these
    /// themselves. Needed where they are wildcards.
    /// </summary>
    public IReadOnlyList<string>? Advertise { get; init; }

    /// <summary>
    /// What only members know, any bytes. Both sides of each connection prove that they have it; it does not travel. Empty: whoever
    /// knows the ring's name and epoch may join it, as on the loopback of a machine with one user.
    /// </summary>
    public ReadOnlyMemory<byte> Secret { get; init; }

    /// <summary>Encryption and mutual authentication by certificates; null: none.</summary>
    public TcpTls? Tls { get; init; }

    /// <summary>
    /// Connections for data between two ranks, 1 to 16. Chunks of more than <see cref="StripeBytes"/> are cut into as many parts.
    /// Where one connection already fills the wire, as on loopback, two cost a twentieth more of the core and gain nothing; over long or shared wires each has a
    /// window and a share of its own.
    /// </summary>
    public int Connections { get; init; } = 1;

    /// <summary>Chunks of more bytes are spread over all connections, ≥ 4,096.</summary>
    public long StripeBytes { get; init; } = 1 << 20;

    /// <summary>Bytes that the system may hold for a connection in each direction, ≥ 4,096; 0: as it sees fit.</summary>
    public int SocketBufferBytes { get; init; }

    /// <summary>
    /// Whether a rank that waits looks again and again for some 50 µs before it sleeps; null: while the machine has a core for each
    /// rank on it. It saves the time to wake up and costs the core's other threads that time.
    /// </summary>
    public bool? Spin { get; init; }

    internal void Validate()
    {
        ThrowIfNotWaitable(OperationDeadline, nameof(OperationDeadline));
        ThrowIfNotWaitable(JoinDeadline, nameof(JoinDeadline));
        ThrowIfNotWaitable(HandshakeDeadline, nameof(HandshakeDeadline));
        ArgumentOutOfRangeException.ThrowIfLessThan(GuestsMax, 1, nameof(GuestsMax));
        ThrowIfOutside(ListenOn.Count, 1, HostPort.ListMax, nameof(ListenOn));
        ThrowIfOutside(Connections, 1, 16, nameof(Connections));
        ArgumentOutOfRangeException.ThrowIfLessThan(StripeBytes, 4096, nameof(StripeBytes));
        if (SocketBufferBytes != 0)
            ArgumentOutOfRangeException.ThrowIfLessThan(SocketBufferBytes, 4096, nameof(SocketBufferBytes));
        if (Advertise is not null && Advertise.Count != ListenOn.Count)
            throw new ArgumentException($"{Advertise.Count} advertised names for {ListenOn.Count} addresses.", nameof(Advertise));
        if (Advertise is null && ListenOn.FirstOrDefault(IsWildcard) is { } wildcard)
            throw new ArgumentException($"Nobody can connect to `{wildcard}`: name the host in {nameof(Advertise)}.", nameof(Advertise));
    }

    private static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static void ThrowIfOutside(int value, int least, int most, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, name);
    }

    /// <summary>A wait takes milliseconds in 31 bits, and there is no wait without end.</summary>
    private static void ThrowIfNotWaitable(TimeSpan deadline, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(deadline, TimeSpan.FromMilliseconds(int.MaxValue), name);
    }
}

/// <summary>Who this rank is, and whom it believes. Each side of a connection shows a certificate.</summary>
/// <param name="Certificate">This rank's, with its private key.</param>
/// <param name="Authorities">A peer's certificate must be issued by one of these; the system's own list does not count.</param>
/// <param name="PeerName">
/// The name that a peer's certificate must bear; null: any that the authorities have issued, as with an authority that serves this
/// cluster alone.
/// </param>
public sealed record TcpTls(X509Certificate2 Certificate, X509Certificate2Collection Authorities, string? PeerName = null);
