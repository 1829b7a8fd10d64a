using System.Net.Sockets;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>One connection to a peer, as its descriptor; through TLS it is the near end of a <see cref="TlsTunnel"/>.</summary>
internal sealed class Connection : IDisposable
{
    private readonly Socket _socket;
    private readonly TlsTunnel? _tunnel;

    public Connection(Socket socket)
    {
        _socket = socket;
        Descriptor = (int)socket.SafeHandle.DangerousGetHandle();
    }

    public Connection(TlsTunnel tunnel)
    {
        _tunnel = tunnel;
        _socket = tunnel.NearEnd;
        Descriptor = (int)_socket.SafeHandle.DangerousGetHandle();
    }

    public int Descriptor { get; }

    /// <summary>Why the connection has ended, as far as it is known; a clause.</summary>
    public string EndReason => _tunnel?.Fault ?? "its connection has ended without a word";

    /// <summary>Says that nothing more will be sent; what has been still arrives.</summary>
    public void EndSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The peer has closed already: it needs no telling.
        }
    }

    /// <summary>Whether something that was sent would be lost if the process ended now.</summary>
    /// <param name="isOnThisMachine">Between sockets of one machine all arrives as it is sent.</param>
    public bool IsStillSpeaking(bool isOnThisMachine) => _tunnel is not null
        ? !_tunnel.HasPassedAllOn
        : !isOnThisMachine && Posix.Unacknowledged(Descriptor) > 0 && !IsClosed;

    /// <summary>The peer has closed it too, or it is broken: what has not arrived never will.</summary>
    private bool IsClosed
    {
        get
        {
            Span<Posix.PollEntry> entry = [new() { Descriptor = Descriptor }];
            return Posix.Poll(entry, TimeSpan.Zero) && (entry[0].Returned & Posix.PollClosed) != 0;
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _tunnel?.Dispose();
    }
}
