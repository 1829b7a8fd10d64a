using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>A connection on which the two ends are still introducing themselves to each other. Nothing here waits.</summary>
internal sealed class Guest : IDisposable
{
    private readonly TcpOptions _options;
    private readonly Handshake _handshake;
    private readonly byte[] _message = new byte[Handshake.MessageBytes];
    private readonly Socket _socket;
    private Connection? _connection;
    private int _received;
    private int _sent;
    private bool _isConnecting;

    private Guest(Socket socket, Handshake handshake, Route? route, TcpOptions options)
    {
        _socket = socket;
        _handshake = handshake;
        _options = options;
        Route = route;
        Deadline = Deadline.In(DeadlineOf(route, options));
    }

    /// <summary>Where this rank has connected to; null: somebody has connected to this rank.</summary>
    public Route? Route { get; }

    /// <summary>How often this rank has tried before.</summary>
    public int Tries { get; private init; }

    public Deadline Deadline { get; }

    public Handshake Handshake => _handshake;

    /// <summary>The handshake is over, and its last message has been sent.</summary>
    public bool IsOver => _handshake.IsOver && _sent == _handshake.Outbox.Length;

    /// <summary>Why there will be no handshake any more; a clause.</summary>
    public string? Broken { get; private set; }

    /// <summary>Somebody has connected.</summary>
    public static Guest Accepted(Socket socket, Handshake handshake, TcpOptions options)
    {
        Guest guest = new(socket, handshake, route: null, options);
        guest.Open();
        return guest;
    }

    /// <summary>Begins to connect.</summary>
    public static Guest Connecting(IPEndPoint place, Route route, int tries, Handshake handshake, TcpOptions options)
    {
        Socket socket = new(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        SocketSettings.Apply(socket, options);
        Guest guest = new(socket, handshake, route, options) { Tries = tries };
        try
        {
            socket.Connect(place);
            guest.Open();
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            guest._isConnecting = true;
        }
        catch (SocketException error)
        {
            guest.Broken = error.Message;
        }

        return guest;
    }

    /// <summary>What this guest waits for.</summary>
    public Posix.PollEntry Awaited
    {
        get
        {
            bool writes = _isConnecting || _sent < _handshake.Outbox.Length;
            int descriptor = _connection?.Descriptor ?? (int)_socket.SafeHandle.DangerousGetHandle();
            return new Posix.PollEntry { Descriptor = descriptor, Events = writes ? Posix.PollOut : Posix.PollIn };
        }
    }

    /// <summary>Goes on as far as it can.</summary>
    public void Advance()
    {
        if (_isConnecting)
            FinishConnecting();
        while (Broken is null && !IsOver && (Send() || Receive()))
        {
        }

        if (Broken is null && !IsOver && Deadline.Remaining == TimeSpan.Zero)
            Broken = $"no handshake within {Deadline.Length}";
    }

    /// <summary>
    /// Who has connected must be quick, since it takes a place. Whom this rank has connected to may have other guests first.
    /// </summary>
    private static TimeSpan DeadlineOf(Route? route, TcpOptions options) =>
        route is null ? options.HandshakeDeadline : options.JoinDeadline;

    /// <summary>Hands the connection over; the guest is of no further use.</summary>
    public Connection Take()
    {
        Connection taken = _connection!;
        _connection = null;
        return taken;
    }

    public void Dispose()
    {
        if (_connection is not null)
            _connection.Dispose();
        else if (Broken is not null || !IsOver)
            _socket.Dispose();
    }

    private void Open()
    {
        _isConnecting = false;
        SocketSettings.Apply(_socket, _options);
        _connection = _options.Tls is { } tls
            ? new Connection(TlsTunnel.Open(_socket, tls, accepts: Route is null, DeadlineOf(Route, _options)))
            : new Connection(_socket);
    }

    private void FinishConnecting()
    {
        int error = (int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        if (error != 0)
            Broken = new SocketException(error).Message;
        else if (_socket.Poll(0, SelectMode.SelectWrite))
            Open();
    }

    private bool Send()
    {
        ReadOnlySpan<byte> rest = _handshake.Outbox.Span[_sent..];
        if (rest.IsEmpty || _connection is null)
            return false;
        nint sent = Posix.Send(_connection.Descriptor, rest);
        if (sent == Posix.Gone)
            Broken = _connection.EndReason;
        _sent += (int)Math.Max(sent, 0);
        return sent > 0;
    }

    private bool Receive()
    {
        if (_connection is null || _handshake.IsOver || _sent < _handshake.Outbox.Length)
            return false;
        nint received = Posix.Receive(_connection.Descriptor, _message.AsSpan(_received));
        if (received == Posix.Gone)
            Broken = _connection.EndReason;
        if (received <= 0)
            return false;
        _received += (int)received;
        if (_received == _message.Length)
        {
            (_received, _sent) = (0, 0);
            _handshake.Take(_message);
        }

        return true;
    }
}

/// <summary>A connection that this rank is to make.</summary>
/// <param name="Rank">To whom.</param>
/// <param name="Index">Which of the connections to it.</param>
internal readonly record struct Route(int Rank, int Index);
