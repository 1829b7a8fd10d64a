using System.Net;
using System.Net.Sockets;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Collectives.Rendezvous;

/// <summary>Where ranks find each other that share nothing but the name of a machine and a port on it.</summary>
/// <remarks>
/// Whichever rank can listen there does, and collects the addresses of the others, who connect; when it has all, it sends the
/// list to each. If it is lost, another takes its place. Members introduce themselves as on the connections of
/// <see cref="TcpTransport"/>: strangers and members of other epochs are turned away. The list itself travels in clear, which
/// a transport that checks whom it has reached can bear.
/// </remarks>
public sealed class TcpRendezvous : IRendezvous
{
    private static readonly TimeSpan PauseFirst = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(250);

    private readonly HostPort _place;
    private readonly ReadOnlyMemory<byte> _secret;

    /// <param name="place"><c>host:port</c>, the same for all ranks; one of them runs on this host.</param>
    /// <param name="secret">What only members know; see <see cref="TcpOptions.Secret"/>.</param>
    /// <exception cref="ArgumentException">The place is no <c>host:port</c>.</exception>
    public TcpRendezvous(string place, ReadOnlyMemory<byte> secret = default)
    {
        if (!HostPort.TryParse(place, out _place))
            throw new ArgumentException($"`{place}` is not of the form host:port.", nameof(place));
        _secret = secret;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Exchange(RingMember member, string address, TimeSpan deadline, CancellationToken cancellation)
    {
        RendezvousLimits.Check(member, address, deadline);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        until.CancelAfter(deadline);
        RendezvousCall call = new(member, address, _secret, deadline);
        try
        {
            return MeetAsync(call, until.Token, cancellation).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw call.Failed(TcpFailure.NeverJoined(call.FirstMissing, deadline, call.LastSeen));
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException(cancellation);
        }
    }

    private async Task<string[]> MeetAsync(RendezvousCall call, CancellationToken until, CancellationToken cancellation)
    {
        for (TimeSpan pause = PauseFirst; ; pause = pause * 2 < PauseMax ? pause * 2 : PauseMax)
        {
            until.ThrowIfCancellationRequested();
            try
            {
                IPAddress host = (await Dns.GetHostAddressesAsync(_place.Host, until))[0];
                IPEndPoint place = new(host, _place.Port);
                using Socket? listener = TryListen(place);
                return listener is null
                    ? await RendezvousVisitor.AskAsync(call, place, until)
                    : await new RendezvousHost(call, listener).ServeAsync(until, cancellation);
            }
            catch (Exception error) when (error is SocketException or IOException)
            {
                call.LastSeen = $"`{_place}`: {error.Message}";
            }

            await Task.Delay(pause, until);
        }
    }

    /// <summary>Null if another listens there already, or it is not on this machine.</summary>
    private static Socket? TryListen(IPEndPoint place)
    {
        Socket listener = new(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(place);
            listener.Listen(RendezvousHost.GuestsMax);
            return listener;
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable)
        {
            listener.Dispose();
            return null;
        }
    }
}
