using System.Net.Sockets;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Collectives.Rendezvous;

/// <summary>The rank that listens, collects the addresses and hands out the list.</summary>
internal sealed class RendezvousHost(RendezvousCall call, Socket listener)
{
    /// <summary>Connections that may be introducing themselves at the same time; the rest waits.</summary>
    public const int GuestsMax = 128;

    private static readonly TimeSpan HandshakeDeadline = TimeSpan.FromSeconds(5);

    /// <summary>How long those who wait may take to be told that it was in vain.</summary>
    private static readonly TimeSpan FarewellMax = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _places = new(GuestsMax);
    private readonly Lock _gate = new();
    private readonly string?[] _addresses = new string?[call.Member.WorldSize];

    /// <summary>Null: all have come.</summary>
    private readonly TaskCompletionSource<RingFailure?> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="until">The deadline, or the cancellation.</param>
    /// <param name="cancellation">This rank was told to stop.</param>
    public async Task<string[]> ServeAsync(CancellationToken until, CancellationToken cancellation)
    {
        using CancellationTokenRegistration ending = until.UnsafeRegister(
            _ => End(cancellation.IsCancellationRequested ? RingFailure.Cancelled(call.Member.Rank) : WhoNeverJoined()), null);
        using var closing = new CancellationTokenSource();
        Enter(call.Member.Rank, call.Address);
        Task<Task[]> welcoming = WelcomeAllAsync(closing.Token);

        RingFailure? failure = await _outcome.Task;
        listener.Dispose();
        closing.CancelAfter(FarewellMax);
        await Task.WhenAll(await welcoming);
        cancellation.ThrowIfCancellationRequested();
        return failure is null ? [.. _addresses.OfType<string>()] : throw call.Failed(failure);
    }

    /// <summary>Until the listener is closed.</summary>
    private async Task<Task[]> WelcomeAllAsync(CancellationToken closing)
    {
        var guests = new List<Task>();
        while (true)
        {
            await _places.WaitAsync(CancellationToken.None);
            try
            {
                Socket guest = await listener.AcceptAsync(CancellationToken.None);
                guests.Add(WelcomeAsync(guest, closing));
            }
            catch (SocketException) when (!_outcome.Task.IsCompleted)
            {
                // It has gone before it was let in.
                _ = _places.Release();
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return [.. guests];
            }

            _ = guests.RemoveAll(guest => guest.IsCompleted);
        }
    }

    private async Task WelcomeAsync(Socket guest, CancellationToken closing)
    {
        using Socket socket = guest;
        try
        {
            await using NetworkStream wire = new(socket);
            if (await IntroduceAsync(wire, closing) is { } member)
                await AnswerAsync(wire, member, closing);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or OperationCanceledException or SocketException)
        {
            // Whoever it was has gone, or was nobody. Who does not come at all is named when the deadline passes.
            call.LastSeen = $"a visitor has gone: {error.Message}";
        }
    }

    /// <summary>Null if it does not belong here.</summary>
    private async Task<MemberCard?> IntroduceAsync(NetworkStream wire, CancellationToken closing)
    {
        try
        {
            using var soon = CancellationTokenSource.CreateLinkedTokenSource(closing);
            soon.CancelAfter(HandshakeDeadline);
            MemberCard card = call.Card;
            var handshake = Handshake.Accept(card, call.Secret, FaultOf);
            await RendezvousWire.ShakeHandsAsync(wire, handshake, soon.Token);
            if (handshake.Refusal is not { } refusal)
            {
                string address = await RendezvousWire.ReadLineAsync(wire, soon.Token);
                return Enter(handshake.Peer!.From, address) ? handshake.Peer : null;
            }

            call.LastSeen = $"a visitor was refused: {refusal.Reason}";
            if (Membership.FailureOf(handshake, card, sought: null) is { } failure)
                End(failure);
            return null;
        }
        finally
        {
            _ = _places.Release();
        }
    }

    private async Task AnswerAsync(NetworkStream wire, MemberCard member, CancellationToken closing)
    {
        // A member says nothing more: if a read ends, it has gone, and another process may take its place.
        using var answering = CancellationTokenSource.CreateLinkedTokenSource(closing);
        Task leaving = wire.ReadAsync(new byte[1], answering.Token).AsTask();
        if (await Task.WhenAny(leaving, _outcome.Task) == leaving)
        {
            Leave(member.From);
            return;
        }

        if (await _outcome.Task is { } failure)
        {
            await RendezvousWire.WriteFailureAsync(wire, failure, call.LinkTo(member.From), closing);
        }
        else
        {
            await RendezvousWire.WriteListAsync(wire, _addresses.OfType<string>(), closing);
        }

        // Closing while the visitor is still to speak would take back what has just been sent.
        _ = await Task.WhenAny(leaving);
    }

    private Refusal? FaultOf(MemberCard member)
    {
        if (call.FaultOf(member) is { } fault)
            return fault;
        lock (_gate)
            return _addresses[member.From] is null ? null : new Refusal(RefusalReason.AlreadyJoined);
    }

    private bool Enter(int rank, string address)
    {
        lock (_gate)
        {
            if (_outcome.Task.IsCompleted || _addresses[rank] is not null)
                return false;
            _addresses[rank] = address;
            if (!_addresses.Contains(null))
                _ = _outcome.TrySetResult(null);
            return true;
        }
    }

    private void Leave(int rank)
    {
        lock (_gate)
        {
            if (!_outcome.Task.IsCompleted)
                _addresses[rank] = null;
        }
    }

    private void End(RingFailure failure)
    {
        lock (_gate)
            _ = _outcome.TrySetResult(failure);
    }

    private RingFailure WhoNeverJoined()
    {
        lock (_gate)
            return TcpFailure.NeverJoined(Array.IndexOf(_addresses, null), call.Deadline, call.LastSeen);
    }
}
