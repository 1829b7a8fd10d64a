using System.Net.Sockets;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>What all sockets of a ring are set to, before they listen or connect.</summary>
internal static class SocketSettings
{
    /// <summary>A machine that has lost its power says nothing; some 20 s later its connections end nevertheless.</summary>
    private const int KeepAliveSeconds = 10;
    private const int KeepAliveProbeSeconds = 2;
    private const int KeepAliveProbes = 5;

    public static void Apply(Socket socket, TcpOptions options)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveProbeSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        if (options.SocketBufferBytes == 0)
            return;
        socket.SendBufferSize = options.SocketBufferBytes;
        socket.ReceiveBufferSize = options.SocketBufferBytes;
    }
}
