using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Orchestrator.Actors.Collectives.Exchange;

namespace Orchestrator.Actors.Collectives.Transports.Tcp;

/// <summary>
/// How a rank comes to its connections: it listens, publishes where, connects to the lower ranks and is connected to by the higher
/// ones. One thread, which waits for all of it at once.
/// </summary>
internal sealed class TcpJoin : IDisposable
{
    private static readonly TimeSpan RetryFirst = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan RetryMax = TimeSpan.FromMilliseconds(500);

    private readonly RingMember _member;
    private readonly TcpOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly Deadline _deadline;
    private readonly MemberCard _card;
    private readonly List<Socket> _listeners = [];
    private readonly List<Guest> _guests = [];
    private readonly List<Attempt> _attempts = [];
    private readonly Dictionary<Route, Connection> _established = [];
    private readonly ControlLane?[] _controls;
    private readonly MemberCard?[] _met;
    private readonly string[] _lastSeen;
    private readonly int _bell = Posix.Bell();
    private HostPort[][] _places = [];
    private string _lastStranger = "";

    public TcpJoin(RingMember member, TcpOptions options, CancellationToken cancellation)
    {
        _member = member;
        _options = options;
        _cancellation = cancellation;
        _deadline = Deadline.In(options.JoinDeadline);
        _card = new MemberCard(
            RingTag.Of(member.Ring),
            member.Token,
            member.WorldSize,
            member.Rank,
            To: -1,
            Connection: 0,
            ConnectionsPerPeer,
            options.StripeBytes,
            ThisMachine.Name(),
            Nonce: new byte[MemberCard.NonceBytes]);
        _controls = new ControlLane?[member.WorldSize];
        _met = new MemberCard?[member.WorldSize];
        _lastSeen = new string[member.WorldSize];
        Array.Fill(_lastSeen, "");
    }

    /// <summary>Ranks that have joined and left again already, as their last words have it.</summary>
    public List<RingFailure> Departures { get; } = [];

    /// <summary>What has failed already, in operations after the join.</summary>
    public List<RingFailure> Failures { get; } = [];

    /// <summary>The first is beside the data.</summary>
    private int ConnectionsPerPeer => 1 + _options.Connections;

    private int ConnectionsInAll => (_member.WorldSize - 1) * ConnectionsPerPeer;

    /// <summary>The other ranks with the connections to them; null in this rank's place.</summary>
    /// <exception cref="CollectiveException">The ring does not come about, or not with this member.</exception>
    /// <exception cref="OperationCanceledException">This rank was told to stop.</exception>
    public Peer?[] Run(IRendezvous rendezvous)
    {
        using CancellationTokenRegistration ringing =
            _cancellation.UnsafeRegister(static bell => Posix.Ring((int)bell!), _bell);
        string address = Listen();
        _places = [.. rendezvous.Exchange(_member, address, _deadline.Remaining, _cancellation).Select(Parsed)];
        for (int rank = 0; rank < _member.Rank; rank++)
        {
            for (int index = 0; index < ConnectionsPerPeer; index++)
                _attempts.Add(new Attempt(new Route(rank, index), Tries: 0, Deadline.In(TimeSpan.Zero)));
        }

        while (_established.Count < ConnectionsInAll)
            Advance();
        Peer?[] peers = [.. Enumerable.Range(0, _member.WorldSize).Select(PeerOf)];
        _established.Clear();
        return peers;
    }

    public void Dispose()
    {
        foreach (Socket listener in _listeners)
            listener.Dispose();
        foreach (Guest guest in _guests)
            guest.Dispose();
        foreach (Connection connection in _established.Values)
            connection.Dispose();
        Posix.CloseDescriptor(_bell);
    }

    private string Listen()
    {
        var places = new List<HostPort>();
        foreach (IPAddress address in _options.ListenOn)
        {
            Socket listener = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _listeners.Add(listener);
            SocketSettings.Apply(listener, _options);
            listener.Bind(new IPEndPoint(address, 0));
            listener.Listen(ConnectionsInAll + _options.GuestsMax);
            string host = _options.Advertise?[places.Count] ?? address.ToString();
            places.Add(new HostPort(host, ((IPEndPoint)listener.LocalEndPoint!).Port));
        }

        return HostPort.Write(places);
    }

    private HostPort[] Parsed(string address, int rank) => HostPort.TryParseList(address, out HostPort[] places)
        ? places
        : throw Failed(TcpFailure.Garbage(rank, $"an address of {address.Length} characters that is none"));

    /// <summary>Waits until something has happened, and sees to it.</summary>
    private void Advance()
    {
        StartAttempts();
        Posix.PollEntry[] entries = Entries();
        _ = Posix.Poll(entries, NextTime());
        if (_cancellation.IsCancellationRequested)
        {
            Tell(RingFailure.Cancelled(_member.Rank));
            _cancellation.ThrowIfCancellationRequested();
        }

        Listen(entries.AsSpan(1, _member.WorldSize));
        foreach (Guest guest in _guests)
            guest.Advance();
        foreach (Guest guest in _guests.Where(guest => guest.IsOver || guest.Broken is not null).ToArray())
            SeeOff(guest);
        AcceptAll();
        if (_deadline.Remaining == TimeSpan.Zero && _established.Count < ConnectionsInAll)
            throw Failed(WhoNeverJoined());
    }

    /// <summary>The bell; a place for each rank's control connection; guests; listeners, as long as there is room for more guests.</summary>
    private Posix.PollEntry[] Entries()
    {
        var entries = new List<Posix.PollEntry> { new() { Descriptor = _bell, Events = Posix.PollIn } };
        entries.AddRange(_controls.Select(lane =>
            new Posix.PollEntry { Descriptor = lane is { IsGone: false } ? lane.Connection.Descriptor : -1, Events = Posix.PollIn }));
        entries.AddRange(_guests.Select(guest => guest.Awaited));
        if (HasRoomForGuests)
        {
            entries.AddRange(_listeners.Select(listener =>
                new Posix.PollEntry { Descriptor = (int)listener.SafeHandle.DangerousGetHandle(), Events = Posix.PollIn }));
        }

        return [.. entries];
    }

    private bool HasRoomForGuests => _guests.Count(guest => guest.Route is null) < _options.GuestsMax;

    private TimeSpan NextTime() => _guests.Select(guest => guest.Deadline.Remaining)
        .Concat(_attempts.Select(attempt => attempt.NotBefore.Remaining))
        .Append(_deadline.Remaining)
        .Min();

    private void AcceptAll()
    {
        foreach (Socket listener in _listeners)
        {
            while (HasRoomForGuests && Accept(listener) is { } socket)
                _guests.Add(Guest.Accepted(socket, Handshake.Accept(FreshCard(), _options.Secret, FaultOfGuest), _options));
        }
    }

    private static Socket? Accept(Socket listener)
    {
        try
        {
            return listener.Accept();
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.WouldBlock or SocketError.ConnectionAborted)
        {
            return null;
        }
    }

    private MemberCard FreshCard() => _card with { Nonce = RandomNumberGenerator.GetBytes(MemberCard.NonceBytes) };

    private Refusal? FaultOfGuest(MemberCard guest)
    {
        if (Membership.FaultOf(_card, guest) is { } fault)
            return fault;
        // The lower rank listens.
        if (guest.From < _member.Rank)
            return new Refusal(RefusalReason.WrongRank);
        return _established.ContainsKey(new Route(guest.From, guest.Connection)) ? new Refusal(RefusalReason.AlreadyJoined) : null;
    }

    private void StartAttempts()
    {
        foreach (Attempt attempt in _attempts.Where(attempt => attempt.NotBefore.Remaining == TimeSpan.Zero).ToArray())
        {
            _attempts.Remove(attempt);
            Start(attempt);
        }
    }

    /// <summary>Connections take turns among the peer's addresses, and so does each try of one.</summary>
    private void Start(Attempt attempt)
    {
        Route route = attempt.Route;
        HostPort[] places = _places[route.Rank];
        HostPort place = places[(route.Index + attempt.Tries) % places.Length];
        try
        {
            MemberCard card = FreshCard() with { To = route.Rank, Connection = route.Index };
            var handshake = Handshake.Connect(
                card,
                _options.Secret,
                peer => Membership.FaultOf(card with { To = -1 }, peer) ?? (peer.From == route.Rank ? null : new Refusal(RefusalReason.WrongRank)));
            IPEndPoint address = new(place.Resolve(_cancellation)[0], place.Port);
            _guests.Add(Guest.Connecting(address, route, attempt.Tries, handshake, _options));
        }
        catch (SocketException error)
        {
            TryAgain(route, attempt.Tries, $"`{place}`: {error.Message}");
        }
    }

    private void TryAgain(Route route, int tries, string why)
    {
        _lastSeen[route.Rank] = why;
        TimeSpan pause = RetryFirst * Math.Pow(2, Math.Min(tries, 10));
        _attempts.Add(new Attempt(route, tries + 1, Deadline.In(pause < RetryMax ? pause : RetryMax)));
    }

    /// <summary>A guest becomes a connection, or goes.</summary>
    private void SeeOff(Guest guest)
    {
        _guests.Remove(guest);
        using (guest)
        {
            if (guest.Broken is null && guest.Handshake.Refusal is null)
                Establish(guest);
            else
                TurnAway(guest);
        }
    }

    private void Establish(Guest guest)
    {
        MemberCard peer = guest.Handshake.Peer!;
        Route route = guest.Route ?? new Route(peer.From, peer.Connection);
        Connection connection = guest.Take();
        if (!_established.TryAdd(route, connection))
        {
            connection.Dispose();
            return;
        }

        _met[route.Rank] = peer;
        if (route.Index == 0)
            _controls[route.Rank] = new ControlLane(connection, LinkTo(route.Rank), LinkFrom(route.Rank), _member.WorldSize);
    }

    private void TurnAway(Guest guest)
    {
        string why = guest.Broken ?? $"refused: {guest.Handshake.Refusal!.Value.Reason}";
        if (guest.Broken is null && Membership.FailureOf(guest.Handshake, _card, guest.Route?.Rank) is { } failure)
            throw Failed(failure);
        if (guest.Route is { } route)
            TryAgain(route, guest.Tries, why);
        else if (guest.Handshake.Peer is { From: int from } && from > _member.Rank && from < _member.WorldSize)
            _lastSeen[from] = $"somebody who claimed to be rank {from}, {why}";
        else
            _lastStranger = $"a stranger, {why}";
    }

    /// <summary>Hears what ranks that are further along have to say.</summary>
    private void Listen(Span<Posix.PollEntry> controls)
    {
        for (int rank = 0; rank < controls.Length; rank++)
        {
            if (controls[rank].Returned != 0 && _controls[rank] is { } lane)
                Listen(lane, rank);
        }
    }

    private void Listen(ControlLane lane, int rank)
    {
        RingFailure? fault;
        while (lane.TryReceive(out ControlFrame frame, out fault))
        {
            if (frame.Kind == FrameKind.Abort)
                Hear(frame.ToFailure());
            if (frame.Kind == FrameKind.Leave)
                Departures.Add(RingFailure.Left(rank, frame.Operation));
        }

        // It may have said so in an earlier look.
        if (fault is null && lane.IsGone && !Departures.Exists(departure => departure.Rank == rank))
            fault = TcpFailure.Died(rank, lane.Connection.EndReason);
        if (fault is not null)
            throw Failed(fault);
    }

    private void Hear(RingFailure failure)
    {
        // Told on: whoever hears the end of this rank first must not take it for dead.
        if (failure.FromOperation == RingFailure.FromTheJoin)
            throw Failed(failure);
        Failures.Add(failure);
    }

    private RingFailure WhoNeverJoined()
    {
        int missing = Enumerable.Range(0, _member.WorldSize)
            .First(rank => rank != _member.Rank && _established.Keys.Count(route => route.Rank == rank) < ConnectionsPerPeer);
        string lastSeen = _lastSeen[missing].Length > 0 ? _lastSeen[missing] : _lastStranger;
        return TcpFailure.NeverJoined(missing, _options.JoinDeadline, lastSeen);
    }

    private Peer? PeerOf(int rank)
    {
        if (rank == _member.Rank)
            return null;
        bool isOnThisMachine = _met[rank]!.Machine.AsSpan().SequenceEqual(_card.Machine);
        IEnumerable<Connection> data = Enumerable.Range(1, _options.Connections).Select(index => _established[new Route(rank, index)]);
        return new Peer(rank, isOnThisMachine, _controls[rank]!, [.. data], LinkTo(rank), LinkFrom(rank));
    }

    private FrameLink LinkTo(int rank) => new(RingTag.ShortOf(_member.Ring), _member.Token, _member.Rank, rank);

    private FrameLink LinkFrom(int rank) => new(RingTag.ShortOf(_member.Ring), _member.Token, rank, _member.Rank);

    /// <summary>A failure that begins here.</summary>
    private CollectiveException Failed(RingFailure failure)
    {
        Tell(failure);
        return Failure(failure);
    }

    private CollectiveException Failure(RingFailure failure) => new(_member.Ring, _member.Token, failure);

    private void Tell(RingFailure failure)
    {
        foreach (ControlLane? lane in _controls)
            lane?.Send(ControlFrame.Abort(failure));
    }

    private readonly record struct Attempt(Route Route, int Tries, Deadline NotBefore);
}
