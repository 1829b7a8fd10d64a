using Orchestrator.Actors.Collectives;
using Orchestrator.Actors.Collectives.Exchange;

namespace Orchestrator.Actors.Tests.Collectives.Rendezvous;

/// <summary>What each rendezvous must do.</summary>
internal abstract class RendezvousContract
{
    protected static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    protected static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    /// <summary>How a rank gets to the place where all meet: each call may give an object of its own.</summary>
    protected abstract IRendezvous Open();

    [Test]
    public void All_ranks_get_all_addresses_in_the_order_of_ranks([Values(1, 2, 5, 16)] int worldSize)
    {
        IReadOnlyList<string>[] lists = Gang.Run(worldSize, rank => Exchange(rank, worldSize));

        Assert.That(lists, Is.All.EqualTo(Enumerable.Range(0, worldSize).Select(AddressOf)));
    }

    [Test]
    public void Rings_and_epochs_do_not_mix_whatever_their_names()
    {
        string[] rings = ["a/b", "a_b", "../a b", "a b", "", "ä", new string('x', 300)];

        IReadOnlyList<string>[] lists = Gang.Run(2 * rings.Length, caller => Open().Exchange(
            new RingMember(rings[caller / 2] + "!", 7, caller % 2, 2), $"{caller}", Ample, CancellationToken.None));

        Assert.That(lists, Is.EqualTo(Enumerable.Range(0, lists.Length).Select(caller => new[] { $"{caller / 2 * 2}", $"{(caller / 2 * 2) + 1}" })));
    }

    [Test]
    public void A_rank_that_does_not_come_is_named_at_the_deadline()
    {
        Exception?[] errors = Gang.Errors(2, rank => Exchange(rank == 0 ? 0 : 2, worldSize: 3, deadline: Short));

        Assert.That(errors, Is.All.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.NeverJoined)
            .And.Property(nameof(CollectiveException.RetryHelps)).True);
        Assert.That(errors.OfType<CollectiveException>().Select(error => error.Rank), Has.Some.EqualTo(1));
    }

    [Test]
    public void After_a_failure_the_same_epoch_can_be_tried_again()
    {
        Exception?[] errors = Gang.Errors(1, rank => Exchange(rank, worldSize: 2, deadline: Short));

        IReadOnlyList<string>[] lists = Gang.Run(2, rank => Exchange(rank, worldSize: 2));

        Assert.That(errors[0], Is.InstanceOf<CollectiveException>());
        Assert.That(lists, Is.All.EqualTo(new[] { AddressOf(0), AddressOf(1) }));
    }

    [Test]
    public void Who_comes_with_an_older_token_is_told_so_at_once_and_the_newer_epoch_comes_about()
    {
        var late = new Exception?[1];

        IReadOnlyList<string>[] lists = Gang.Run(2, rank =>
        {
            if (rank == 1)
                late = Gang.Errors(1, _ => UntilTheOtherHasCome(() => Exchange(1, worldSize: 2, token: 6, deadline: Short)));
            return Exchange(rank, worldSize: 2);
        });

        Assert.That(late[0], Is.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.StaleEpoch));
        Assert.That(lists, Is.All.EqualTo(new[] { AddressOf(0), AddressOf(1) }));
    }

    [Test]
    public void Who_waits_for_an_older_epoch_is_told_when_a_newer_one_begins()
    {
        var waiting = Task.Run(() => Gang.Errors(1, _ => Exchange(0, worldSize: 2, token: 6)));
        Exception?[] old = [];

        // Until the older rank has come, the newer epoch does not end it: so they go on coming.
        for (long token = 7; !waiting.IsCompleted; token++)
            _ = Gang.Errors(2, rank => Exchange(rank, worldSize: 2, token: token));
        old = waiting.GetAwaiter().GetResult();

        Assert.That(old[0], Is.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.StaleEpoch));
    }

    [Test]
    public void Members_that_count_differently_are_both_told()
    {
        Exception?[] errors = Gang.Errors(2, rank => Exchange(rank, worldSize: 2 + rank));

        Assert.That(errors, Is.All.InstanceOf<CollectiveException>()
            .With.Property(nameof(CollectiveException.Failure)).EqualTo(CollectiveFailure.Mismatch)
            .And.Message.Contains("counts"));
    }

    [Test]
    public void Who_is_told_to_stop_stops()
    {
        using CancellationTokenSource stop = new();

        Task<Exception?[]> waiting = Task.Run(() => Gang.Errors(1, _ =>
            Open().Exchange(new RingMember("ring", 7, 0, 2), AddressOf(0), Ample, stop.Token)));
        stop.Cancel();

        Assert.That(waiting.GetAwaiter().GetResult()[0], Is.InstanceOf<OperationCanceledException>());
    }

    [TestCase("two\nlines")]
    [TestCase("\u0000")]
    public void An_address_is_one_line(string address)
    {
        Assert.That(
            () => Open().Exchange(new RingMember("ring", 7, 0, 2), address, Ample, CancellationToken.None),
            Throws.ArgumentException.With.Message.Contains("one line"));
    }

    protected static string AddressOf(int rank) => $"127.0.0.1:{4000 + rank}";

    protected IReadOnlyList<string> Exchange(int rank, int worldSize, long token = 7, TimeSpan? deadline = null) =>
        Open().Exchange(new RingMember("ring", token, rank, worldSize), AddressOf(rank), deadline ?? Ample, CancellationToken.None);

    /// <summary>Too early, it finds nobody and fails otherwise: then it comes again.</summary>
    private static void UntilTheOtherHasCome(Action exchange)
    {
        while (true)
        {
            try
            {
                exchange();
            }
            catch (CollectiveException error) when (error.Failure == CollectiveFailure.NeverJoined)
            {
                continue;
            }

            return;
        }
    }
}
