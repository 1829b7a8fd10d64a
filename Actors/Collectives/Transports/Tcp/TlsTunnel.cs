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

    private static readonly TimeSpan LastWordsMax = TimeSpan.FromSeconds(5);

    private readonly Socket _wire;
    private readonly Socket _farEnd;
    private string? _fault;
    private bool _hasPassedAllOn;

    private TlsTunnel(Socket wire, Socket nearEnd, Socket farEnd)
    {
        _wire = wire;
        NearEnd = nearEnd;
        _farEnd = farEnd;
    }

    public Socket NearEnd { get; }

    /// <summary>Why the tunnel has collapsed; null as long as that is not known.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>What the near end has sent, and then ended, is on the wire; or it never will be.</summary>
    public bool HasPassedAllOn => Volatile.Read(ref _hasPassedAllOn);

    /// <summary>Ends when all has been passed on, or the tunnel has collapsed.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <param name="wire">Connected; the tunnel closes it.</param>
    /// <param name="tls">Who this rank is and whom it believes.</param>
    /// <param name="accepts">Whether this is the side that has been connected to.</param>
    /// <param name="handshakeDeadline">Within which both have shown their certificates.</param>
    public static TlsTunnel Open(Socket wire, TcpTls tls, bool accepts, TimeSpan handshakeDeadline)
    {
        (int near, int far) = Posix.Pair();
        // Streams want it so; their asynchronous calls block nobody.
        wire.Blocking = true;
        TlsTunnel tunnel = new(
            wire, new Socket(new SafeSocketHandle(near, ownsHandle: true)), new Socket(new SafeSocketHandle(far, ownsHandle: true)));
        tunnel.Ended = Task.Run(() => tunnel.RunAsync(tls, accepts, handshakeDeadline));
        return tunnel;
    }

    /// <summary>What the near end has sent is still passed on, for a while.</summary>
    public void Dispose()
    {
        NearEnd.Dispose();
        _ = CollapseLaterAsync();
    }

    private async Task CollapseLaterAsync()
    {
        _ = await Task.WhenAny(Ended, Task.Delay(LastWordsMax));
        Collapse();
    }

    private void Collapse()
    {
        Volatile.Write(ref _hasPassedAllOn, true);
        _farEnd.Dispose();
        _wire.Dispose();
    }

    private async Task RunAsync(TcpTls tls, bool accepts, TimeSpan handshakeDeadline)
    {
        try
        {
            await using var wire = new SslStream(new NetworkStream(_wire, ownsSocket: true));
            await using var far = new NetworkStream(_farEnd, ownsSocket: true);
            await AuthenticateAsync(wire, tls, accepts, handshakeDeadline);
            await Task.WhenAll(PumpAsync(() => PumpInwardsAsync(wire, far)), PumpAsync(() => PumpOutwardsAsync(far, wire)));
        }
        catch (Exception error) when (IsOfTheWorld(error))
        {
            _ = Interlocked.CompareExchange(ref _fault, $"its TLS connection has failed ({error.Message})", null);
        }
        finally
        {
            Collapse();
        }
    }

    private static bool IsOfTheWorld(Exception error) =>
        error is IOException or SocketException or AuthenticationException or OperationCanceledException or ObjectDisposedException;

    private static async Task AuthenticateAsync(SslStream wire, TcpTls tls, bool accepts, TimeSpan handshakeDeadline)
    {
        using var deadline = new CancellationTokenSource(handshakeDeadline);
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

    /// <summary>If one pump fails, the other must not wait for ever.</summary>
    private async Task PumpAsync(Func<Task> pump)
    {
        try
        {
            await pump();
        }
        catch (Exception error) when (IsOfTheWorld(error))
        {
            _ = Interlocked.CompareExchange(ref _fault, $"its TLS connection has failed ({error.Message})", null);
            Collapse();
        }
    }

    private async Task PumpOutwardsAsync(NetworkStream far, SslStream wire)
    {
        await far.CopyToAsync(wire, PumpBytes);
        await wire.ShutdownAsync();
        Volatile.Write(ref _hasPassedAllOn, true);
    }

    private static async Task PumpInwardsAsync(SslStream wire, NetworkStream far)
    {
        await wire.CopyToAsync(far, PumpBytes);
        far.Socket.Shutdown(SocketShutdown.Send);
    }
}
