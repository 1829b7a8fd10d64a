using System.Net;
using System.Net.Sockets;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Collectives.Rendezvous;

/// <summary>A rank that asks the one that listens.</summary>
internal static class RendezvousVisitor
{
    /// <exception cref="SocketException">Nobody listens there.</exception>
    /// <exception cref="IOException">Whoever listens there has broken off, or is no rendezvous.</exception>
    /// <exception cref="CollectiveException">There is no list, or not for this member.</exception>
    public static async Task<string[]> AskAsync(RendezvousCall call, IPEndPoint place, CancellationToken until)
    {
        using Socket socket = new(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(place, until);
        await using NetworkStream wire = new(socket);
        MemberCard card = call.Card;
        var handshake = Handshake.Connect(card, call.Secret, call.FaultOf);
        await RendezvousWire.ShakeHandsAsync(wire, handshake, until);
        if (handshake.Refusal is { } refusal)
        {
            RingFailure? failure = Membership.FailureOf(handshake, card, handshake.Peer?.From ?? 0);
            throw failure is null ? new IOException($"refused: {refusal.Reason}") : call.Failed(failure);
        }

        await RendezvousWire.WriteLineAsync(wire, call.Address, until);
        return await ReadAnswerAsync(call, handshake.Peer!.From, wire, until);
    }

    private static async Task<string[]> ReadAnswerAsync(RendezvousCall call, int host, NetworkStream wire, CancellationToken until)
    {
        byte[] kind = new byte[1];
        await wire.ReadExactlyAsync(kind, until);
        try
        {
            if (kind[0] == RendezvousWire.FailureFollows)
                throw call.Failed(await RendezvousWire.ReadFailureAsync(wire, call.LinkFrom(host), call.Member.WorldSize, until));
            if (kind[0] != RendezvousWire.ListFollows)
                throw new InvalidDataException($"an answer of kind {kind[0]}");
            string[] addresses = new string[call.Member.WorldSize];
            for (int rank = 0; rank < addresses.Length; rank++)
                addresses[rank] = await RendezvousWire.ReadLineAsync(wire, until);
            return addresses;
        }
        catch (InvalidDataException error)
        {
            throw call.Failed(TcpFailure.Garbage(host, error.Message));
        }
    }
}
