using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>
/// Carries one connection through TLS. The transport has the near end of a pair of sockets, in clear within this process, and
/// treats it as any other connection; two pumps move what passes between the far end and the wire.
/// </summary>
/// <remarks>
/// It costs one more copy each way and the pumps' wake-ups, and leaves one path for all data: next to encryption neither counts.
/// </remarks>
internal sealed class TlsTunnel : IDisposable
{
    private const int PumpBytes = 64 << 10;

    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _wire;
    private readonly Socket _farEnd;
    private string? _fault;

    private TlsTunnel(Socket wire, Socket nearEnd, Socket farEnd)
    {
        _wire = wire;
        NearEnd = nearEnd;
        _farEnd = farEnd;
    }

    public Socket NearEnd { get; }

    /// <summary>Why the tunnel has collapsed; null as long as that is not known.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>Ends when all has been passed on, or the tunnel has collapsed.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <param name="wire">Connected; the tunnel closes it.</param>
    /// <param name="tls">Who this rank is and whom it believes.</param>
    /// <param name="accepts">Whether this is the side that has been connected to.</param>
    /// <param name="handshakeDeadline">Within which both have shown their certificates.</param>
    public static TlsTunnel Open(Socket wire, TcpTls tls, bool accepts, TimeSpan handshakeDeadline)
    {
        (int near, int far) = Posix.Pair();
        TlsTunnel tunnel = new(
            wire, new Socket(new SafeSocketHandle(near, ownsHandle: true)), new Socket(new SafeSocketHandle(far, ownsHandle: true)));
        tunnel.Ended = Task.Run(() => tunnel.RunAsync(tls, accepts, handshakeDeadline));
        return tunnel;
    }

    /// <summary>The near end is closed first; what it has sent is still passed on, for a while.</summary>
    public void Dispose()
    {
        NearEnd.Dispose();
        _stop.CancelAfter(TimeSpan.FromSeconds(5));
    }

    private async Task RunAsync(TcpTls tls, bool accepts, TimeSpan handshakeDeadline)
    {
        try
        {
            await using var wire = new SslStream(new NetworkStream(_wire, ownsSocket: true));
            await using var far = new NetworkStream(_farEnd, ownsSocket: true);
            await AuthenticateAsync(wire, tls, accepts, handshakeDeadline);
            Task inwards = PumpInwardsAsync(wire, far);
            Task outwards = PumpOutwardsAsync(far, wire);
            // If the first to end has failed, the other is ended by the closing of both sides.
            await await Task.WhenAny(inwards, outwards);
            await Task.WhenAll(inwards, outwards);
        }
        catch (Exception error) when (error is IOException or AuthenticationException or OperationCanceledException or ObjectDisposedException)
        {
            Volatile.Write(ref _fault, $"its TLS connection has failed ({error.Message})");
        }
        finally
        {
            _farEnd.Dispose();
            _wire.Dispose();
        }
    }

    private async Task AuthenticateAsync(SslStream wire, TcpTls tls, bool accepts, TimeSpan handshakeDeadline)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        deadline.CancelAfter(handshakeDeadline);
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(tls.Authorities);
        if (accepts)
            await wire.AuthenticateAsServerAsync(ServerOptions(tls, policy), deadline.Token);
        else
            await wire.AuthenticateAsClientAsync(ClientOptions(tls, policy), deadline.Token);
    }

    private static SslServerAuthenticationOptions ServerOptions(TcpTls tls, X509ChainPolicy policy) => new()
    {
        ServerCertificate = tls.Certificate,
        ClientCertificateRequired = true,
        CertificateChainPolicy = policy,
        RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(tls, certificate, errors),
    };

    private static SslClientAuthenticationOptions ClientOptions(TcpTls tls, X509ChainPolicy policy) => new()
    {
        TargetHost = tls.PeerName ?? "",
        ClientCertificates = [tls.Certificate],
        LocalCertificateSelectionCallback = (_, _, _, _, _) => tls.Certificate,
        CertificateChainPolicy = policy,
        RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(tls, certificate, errors),
    };

    /// <summary>The name is compared here, the same way for both sides; all other errors count as they are.</summary>
    private static bool IsTrusted(TcpTls tls, X509Certificate? certificate, SslPolicyErrors errors) =>
        (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None
        && certificate is X509Certificate2 shown
        && (tls.PeerName is null || shown.MatchesHostname(tls.PeerName));

    private async Task PumpOutwardsAsync(NetworkStream far, SslStream wire)
    {
        await far.CopyToAsync(wire, PumpBytes, _stop.Token);
        await wire.ShutdownAsync();
    }

    private async Task PumpInwardsAsync(SslStream wire, NetworkStream far)
    {
        await wire.CopyToAsync(far, PumpBytes, _stop.Token);
        far.Socket.Shutdown(SocketShutdown.Send);
    }
}
