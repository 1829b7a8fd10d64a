using System.Net;
using System.Net.Sockets;
using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;
using Orchestrator.Actors.Collectives.Rendezvous;
using Orchestrator.Actors.Collectives.Transports.Tcp;

namespace Orchestrator.Actors.Tests.Collectives.Transports.Tcp;

/// <summary>Who belongs together comes together, whoever else knocks; and who does not is told why.</summary>
internal sealed class TcpJoinTests
{
    /// <summary>Nobody listens there. Of a higher rank nobody asks the address, so that the board may have it beforehand.</summary>
    private const string Nowhere = "127.0.0.1:1";

    /// <summary>On a machine that is busy with other tests.</summary>
    private static readonly TimeSpan LongEnoughForAHandshake = TimeSpan.FromSeconds(3);

    private static readonly TcpOptions Hurried = TcpRing.Options with { JoinDeadline = TcpRing.Short };
    private static readonly byte[] Secret = "the ring's own"u8.ToArray();

    [Test]
    public void A_ring_of_one_needs_nobody()
    {
        using TcpRing ring = TcpRing.Join(1);

        Exception?[] errors = ring.Operate((_, _) => { });

        Assert.That(errors, Is.All.Null);
    }

    [Test]
    public void Ranks_join_through_several_addresses_of_each()
    {
        TcpOptions options = TcpRing.Options with
        {
            ListenOn = [IPAddress.Loopback, IPAddress.Parse("127.0.0.2"), IPAddress.IPv6Loopback],
            Advertise = ["localhost", "127.0.0.2", "::1"],
            Connections = 4,
        };

        using TcpRing ring = TcpRing.Join(3, options);

        Assert.That(ring.Operate((_, _) => { }), Is.All.Null);
    }

    [Test]
    public void A_rank_that_never_connects_is_named_at_the_deadline()
    {
        Noticeboard board = new(2, (1, Nowhere));

        CollectiveException error = FailureOf(() => Join(0, board, Hurried));

        Assert.That((error.Failure, error.Rank, error.RetryHelps), Is.EqualTo((CollectiveFailure.NeverJoined, 1, true)));
    }

    [Test]
    public void A_rank_that_does_not_listen_any_more_is_named_at_the_deadline_with_what_was_seen()
    {
        Noticeboard board = new(2, (0, Nowhere));

        CollectiveException error = FailureOf(() => Join(1, board, Hurried));

        Assert.That((error.Failure, error.Rank), Is.EqualTo((CollectiveFailure.NeverJoined, 0)));
        Assert.That(error.Message, Does.Contain("refused"));
    }

    [Test]
    public void An_address_that_is_none_fails_the_join_at_once()
    {
        Noticeboard board = new(2, (0, "../../etc/passwd"));

        CollectiveException error = FailureOf(() => Join(1, board));

        Assert.That((error.Failure, error.Rank), Is.EqualTo((CollectiveFailure.Garbage, 0)));
    }

    [Test]
    public void The_first_to_give_up_takes_the_others_with_it()
    {
        Noticeboard board = new(3, (2, Nowhere));

        // Rank 1 has all the time in the world.
        Exception?[] errors = Gang.Errors(2, rank => Join(rank, board, rank == 0 ? Hurried : TcpRing.Options, worldSize: 3));

        Assert.That(errors, Is.All.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.NeverJoined)
            .And.Property(nameof(CollectiveException.Rank)).EqualTo(2));
    }

    [Test]
    public void Members_that_count_differently_are_both_told()
    {
        Noticeboard board = new(2);

        Exception?[] errors = Gang.Errors(2, rank => Join(rank, board, worldSize: 2 + rank));

        AssertAll(errors, CollectiveFailure.Mismatch, "counts 3 ranks");
    }

    [Test]
    public void Members_that_are_set_up_differently_are_both_told()
    {
        Noticeboard board = new(2);
        Noticeboard other = new(2);

        Exception?[] connections = Gang.Errors(2, rank => Join(rank, board, TcpRing.Options with { Connections = 1 + rank }));
        Exception?[] stripes = Gang.Errors(2, rank => Join(rank, other, TcpRing.Options with { StripeBytes = 4096 * (1 + rank) }));

        AssertAll(connections, CollectiveFailure.Mismatch, "connections");
        AssertAll(stripes, CollectiveFailure.Mismatch, "chunks of over");
    }

    [Test]
    public void A_member_of_an_older_epoch_is_turned_away_and_disturbs_nobody()
    {
        Noticeboard board = new(2, (1, Nowhere));
        var late = new CollectiveException[1];

        TcpTransport[] ranks = Gang.Run(2, rank =>
        {
            if (rank == 1)
                late[0] = FailureOf(() => TcpTransport.Join(TcpRing.Member(1) with { Token = 6 }, new Noticeboard(2, (0, board[0])), TcpRing.Options, default));
            return Join(rank, board);
        });

        Assert.That((late[0].Failure, late[0].Rank), Is.EqualTo((CollectiveFailure.StaleEpoch, 1)));
        Assert.That(late[0].Message, Does.Contain("epoch 7 has begun"));
        DisposeAll(ranks);
    }

    [Test]
    public void A_member_of_a_newer_epoch_ends_the_older_one()
    {
        Noticeboard board = new(2, (1, Nowhere));

        Exception?[] errors = Gang.Errors(2, rank => TcpTransport.Join(
            TcpRing.Member(rank) with { Token = 7 + rank }, rank == 0 ? board : new Noticeboard(2, (0, board[0])), Hurried with { JoinDeadline = TimeSpan.FromSeconds(3) }, default));

        Assert.That(errors[0], Is.InstanceOf<CollectiveException>().With.Message.Contains("newer epoch 8"));
        Assert.That(errors[1], Is.InstanceOf<CollectiveException>().With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.NeverJoined));
    }

    [Test]
    public void A_member_with_a_wrong_secret_is_refused_and_disturbs_nobody()
    {
        Noticeboard board = new(2, (1, Nowhere));
        TcpOptions options = TcpRing.Options with { Secret = Secret };
        var impostor = new CollectiveException[1];

        TcpTransport[] ranks = Gang.Run(2, rank =>
        {
            if (rank == 1)
                impostor[0] = FailureOf(() => Join(1, new Noticeboard(2, (0, board[0])), options with { Secret = "guessed"u8.ToArray() }));
            return Join(rank, board, options);
        });

        Assert.That((impostor[0].Failure, impostor[0].RetryHelps), Is.EqualTo((CollectiveFailure.Refused, false)));
        Assert.That(impostor[0].Message, Does.Contain("do not have the same secret").And.Not.Contain("guessed"));
        DisposeAll(ranks);
    }

    [Test]
    public void Whoever_waits_for_a_member_with_a_wrong_secret_learns_that_there_was_one()
    {
        Noticeboard board = new(2);

        Exception?[] errors = Gang.Errors(2, rank => Join(
            rank, board, TcpRing.Options with { Secret = new byte[] { (byte)rank }, JoinDeadline = LongEnoughForAHandshake }));

        Assert.That(errors[0], Is.InstanceOf<CollectiveException>().With.Message.Contains("did not join").And.Message.Contains("WrongSecret"));
        Assert.That(errors[1], Is.InstanceOf<CollectiveException>().With.Message.Contains("do not have the same secret"));
    }

    [Test]
    public void A_rank_joins_once()
    {
        Noticeboard board = new(3, (2, Nowhere));
        using CancellationTokenSource stop = new();

        Task<TcpTransport> joining = Task.Run(() => TcpTransport.Join(TcpRing.Member(0, 3), board, TcpRing.Options, stop.Token));
        using FakePeer first = FakePeer.Join(board, worldSize: 3, rank: 1);
        CollectiveException second = FailureOf(() => Join(1, board, worldSize: 3));
        stop.Cancel();

        Assert.That((second.Failure, second.Rank), Is.EqualTo((CollectiveFailure.AlreadyJoined, 1)));
        Assert.That(async () => await joining, Throws.InstanceOf<OperationCanceledException>(), "The first is disturbed.");
    }

    [Test]
    public void Strangers_that_send_garbage_or_nothing_do_not_disturb()
    {
        Noticeboard board = new(2, (1, Nowhere));
        TcpOptions options = TcpRing.Options with { GuestsMax = 4, HandshakeDeadline = TimeSpan.FromSeconds(1), Secret = Secret };
        var strangers = new List<Socket>();

        TcpTransport[] ranks = Gang.Run(2, rank =>
        {
            if (rank == 1)
                strangers.AddRange(Enumerable.Range(0, 12).Select(kind => Stranger(board[0], kind)));
            return Join(rank, board, options);
        });

        Assert.That(Gang.Errors(2, rank => TcpRing.Operate(ranks[rank], () => { })), Is.All.Null);
        DisposeAll(ranks);
        foreach (Socket stranger in strangers)
            stranger.Dispose();
    }

    [Test]
    public void Who_is_told_to_stop_while_joining_stops_and_tells_those_who_have_joined()
    {
        Noticeboard board = new(3, (2, Nowhere));
        using CancellationTokenSource stop = new();

        Task<TcpTransport> joining = Task.Run(() => TcpTransport.Join(TcpRing.Member(0, 3), board, TcpRing.Options, stop.Token));
        using FakePeer other = FakePeer.Join(board, worldSize: 3, rank: 1);
        stop.Cancel();
        byte[] told = new byte[ControlFrame.BytesMax];
        int bytes = other.Control(0).Receive(told);

        Assert.That(async () => await joining, Throws.InstanceOf<OperationCanceledException>());
        FrameLink link = other.LinkTo(0) with { From = 0, To = 1 };
        Assert.That(ControlFrame.Read(told.AsSpan(0, bytes), link, 3, out ControlFrame frame, out _), Is.EqualTo(bytes));
        Assert.That((frame.Kind, frame.Failure, frame.Rank), Is.EqualTo((FrameKind.Abort, CollectiveFailure.Cancelled, 0)));
    }

    [Test]
    public void A_certificate_of_another_authority_is_refused()
    {
        Noticeboard board = new(2);

        Exception?[] errors = Gang.Errors(2, rank => Join(
            rank, board, Hurried with { Tls = rank == 0 ? Certificates.OfTheRing : Certificates.OfAStranger }));

        Assert.That(errors, Is.All.InstanceOf<CollectiveException>());
    }

    [Test]
    public void Both_sides_compare_the_name_in_the_certificate()
    {
        using TcpRing right = TcpRing.Join(2, TcpRing.Options with { Tls = Certificates.Naming("rank.ring") });
        Noticeboard board = new(2);

        Exception?[] errors = Gang.Errors(2, rank => Join(
            rank, board, Hurried with { Tls = Certificates.Naming(rank == 0 ? "another.ring" : "rank.ring") }));

        Assert.That(right.Operate((_, _) => { }), Is.All.Null);
        Assert.That(errors, Is.All.InstanceOf<CollectiveException>());
    }

    [Test]
    public void In_clear_nobody_joins_a_ring_that_is_encrypted()
    {
        Noticeboard board = new(2);

        Exception?[] errors = Gang.Errors(2, rank => Join(rank, board, Hurried with { Tls = rank == 0 ? Certificates.OfTheRing : null }));

        Assert.That(errors, Is.All.InstanceOf<CollectiveException>());
    }

    [Test]
    public void Options_out_of_range_are_refused_by_name()
    {
        Assert.That(Refused(TcpRing.Options with { Connections = 0 }), Does.Contain("Connections"));
        Assert.That(Refused(TcpRing.Options with { StripeBytes = 1 }), Does.Contain("StripeBytes"));
        Assert.That(Refused(TcpRing.Options with { OperationDeadline = TimeSpan.Zero }), Does.Contain("OperationDeadline"));
        Assert.That(Refused(TcpRing.Options with { ListenOn = [] }), Does.Contain("ListenOn"));
        Assert.That(Refused(TcpRing.Options with { ListenOn = [IPAddress.Any] }), Does.Contain("Advertise"));
        Assert.That(Refused(TcpRing.Options with { Advertise = ["a", "b"] }), Does.Contain("Advertise"));

        static string Refused(TcpOptions options) =>
            Assert.Catch<ArgumentException>(() => TcpTransport.Join(TcpRing.Member(0), new LocalRendezvous(), options, default))!.Message;
    }

    private static TcpTransport Join(int rank, IRendezvous rendezvous, TcpOptions? options = null, int worldSize = 2) =>
        TcpTransport.Join(TcpRing.Member(rank, worldSize), rendezvous, options ?? TcpRing.Options, CancellationToken.None);

    /// <summary>It says nothing, garbage, half a message, or goes at once.</summary>
    private static Socket Stranger(string address, int kind)
    {
        Assert.That(HostPort.TryParse(address, out HostPort place), Is.True);
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Parse(place.Host), place.Port);
        int bytes = (kind % 4) switch { 0 => 0, 1 => 100_000, 2 => Handshake.MessageBytes / 2, _ => -1 };
        if (bytes > 0)
            _ = socket.Send(TcpRing.Pinned(bytes, seed: kind));
        if (bytes < 0)
            socket.Dispose();
        return socket;
    }

    private static CollectiveException FailureOf(Func<TcpTransport> join) => Assert.Throws<CollectiveException>(() => join())!;

    private static void AssertAll(Exception?[] errors, CollectiveFailure failure, string says) =>
        Assert.That(errors, Is.All.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(failure)
            .And.Message.Contains(says));

    private static void DisposeAll(TcpTransport[] ranks)
    {
        foreach (TcpTransport rank in ranks)
            rank.Dispose();
    }
}
