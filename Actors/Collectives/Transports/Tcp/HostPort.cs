using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>Where somebody listens: `host:port`, `10.0.0.1:4000`, `[fe80::1]:4000`; several with commas between them.</summary>
internal readonly record struct HostPort(string Host, int Port)
{
    public const int ListMax = 8;

    /// <summary>Longer than any name in the DNS.</summary>
    private const int HostCharactersMax = 255;

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    public static string Write(IEnumerable<HostPort> list) => string.Join(',', list);

    /// <summary>False if the text is anything else than 1 to <see cref="ListMax"/> places.</summary>
    public static bool TryParseList(string text, out HostPort[] list)
    {
        list = [];
        string[] parts = text.Split(',', ListMax + 1);
        if (parts.Length > ListMax)
            return false;
        var parsed = new HostPort[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!TryParse(parts[i], out parsed[i]))
                return false;
        }

        list = parsed;
        return true;
    }

    public static bool TryParse(ReadOnlySpan<char> text, out HostPort place)
    {
        place = default;
        int colon = text.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
            return false;
        ReadOnlySpan<char> host = text[..colon];
        bool isBracketed = host.Length > 2 && host[0] == '[' && host[^1] == ']';
        if (isBracketed)
            host = host[1..^1];
        bool isHost = isBracketed
            ? IPAddress.TryParse(host, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6
            : host.Length <= HostCharactersMax && !host.ContainsAnyExcept(HostCharacters);
        if (!isHost || port == 0)
            return false;
        place = new HostPort(host.ToString(), port);
        return true;
    }

    /// <summary>The addresses of the host, looked up if it is a name.</summary>
    /// <exception cref="SocketException">There is no such name.</exception>
    public IPAddress[] Resolve(CancellationToken cancellation) =>
        IPAddress.TryParse(Host, out IPAddress? address)
            ? [address]
            : Dns.GetHostAddressesAsync(Host, cancellation).GetAwaiter().GetResult();

    private static readonly System.Buffers.SearchValues<char> HostCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
}
