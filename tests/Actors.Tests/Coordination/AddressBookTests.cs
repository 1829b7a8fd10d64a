using CsCheck;
using Orchestrator.Actors.Coordination;
using static Orchestrator.Actors.Coordination.RendezvousProtocol;

namespace Orchestrator.Actors.Tests.Coordination;

internal sealed class AddressBookTests
{
    [Test]
    public void Addresses_are_complete_when_the_last_rank_has_published_and_in_the_order_of_ranks()
    {
        AddressBook.Entry first = AddressBook.Empty.Add(Of(rank: 1), worldSize: 2);

        AddressBook.Entry second = first.After.Add(Of(rank: 0), worldSize: 2);

        Assert.That(first.Complete, Is.Null);
        Assert.That(first.IsNew, Is.False);
        Assert.That(second.Complete, Is.EqualTo(new[] { "r0", "r1" }));
        Assert.That(second.IsNew, Is.True);
    }

    [Test]
    public void Who_publishes_again_hears_the_answer_again_and_nobody_else_does()
    {
        AddressBook book = Complete(worldSize: 2);

        AddressBook.Entry again = book.Add(Of(rank: 0), worldSize: 2);

        Assert.That(again.Complete, Is.EqualTo(new[] { "r0", "r1" }));
        Assert.That(again.IsNew, Is.False);
        Assert.That(again.Refusal, Is.Null);
    }

    [Test]
    public void Published_twice_before_all_are_there_an_address_counts_once()
    {
        AddressBook book = AddressBook.Empty.Add(Of(rank: 0), worldSize: 2).After;

        AddressBook.Entry again = book.Add(Of(rank: 0), worldSize: 2);

        Assert.That(again.Complete, Is.Null);
        Assert.That(again.Refusal, Is.Null);
    }

    [Test]
    public void A_rank_cannot_take_its_address_back()
    {
        AddressBook book = AddressBook.Empty.Add(Of(rank: 0), worldSize: 2).After;

        AddressBook.Entry other = book.Add(Of(rank: 0, address: "elsewhere"), worldSize: 2);

        Assert.That(other.Refusal, Does.Contain("`r0`"));
        Assert.That(other.After, Is.EqualTo(book));
    }

    [TestCase(-1, 0, "r")]
    [TestCase(2, 0, "r")]
    [TestCase(0, 1, "r")]
    [TestCase(0, -1, "r")]
    [TestCase(0, 0, "")]
    [TestCase(0, 0, "two\nlines")]
    public void What_no_rank_of_the_gang_would_say_is_refused(int rank, int round, string address)
    {
        AddressBook.Entry entry = AddressBook.Empty.Add(new PublishAddress("t0", 7, rank, round, address), worldSize: 2);

        Assert.That(entry.Refusal, Is.Not.Null);
        Assert.That(entry.After.Count, Is.Zero);
    }

    [Test]
    public void An_address_of_the_longest_length_is_taken_and_a_longer_one_is_not()
    {
        AddressBook.Entry longest = AddressBook.Empty.Add(Of(0, address: new string('x', AddressLengthMax)), worldSize: 2);
        AddressBook.Entry longer = AddressBook.Empty.Add(Of(0, address: new string('x', AddressLengthMax + 1)), worldSize: 2);

        Assert.That(longest.Refusal, Is.Null);
        Assert.That(longer.Refusal, Does.Contain($"{AddressLengthMax}"));
    }

    [Test]
    public void Gangs_do_not_mix()
    {
        AddressBook book = AddressBook.Empty.Add(Of(rank: 0, token: 7), worldSize: 2).After;

        AddressBook.Entry other = book.Add(Of(rank: 1, token: 8), worldSize: 2);

        Assert.That(other.Complete, Is.Null);
        Assert.That(other.After.Count, Is.EqualTo(2));
    }

    [Test]
    public void Of_a_gang_that_is_over_nothing_is_kept()
    {
        AddressBook book = Complete(worldSize: 3);

        Assert.That(book.Remove(7).Count, Is.Zero);
    }

    /// <summary>Ranks that publish in any order, some twice, each only when it knows the round before: as the messages allow.</summary>
    [Test]
    public void However_the_messages_come_each_round_completes_once_with_all_addresses() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int).Sample((worldSize, seed) =>
        {
            var random = new Random(seed);
            AddressBook book = AddressBook.Empty;
            int[] rounds = new int[worldSize];
            int completed = 0;
            while (rounds.Any(round => round < 4))
            {
                int rank = random.Next(worldSize);
                AddressBook.Entry entry = book.Add(new PublishAddress("t0", 7, rank, rounds[rank], $"{rounds[rank]}/{rank}"), worldSize);
                book = entry.After;
                completed += entry.IsNew ? 1 : 0;
                if (entry.Refusal is not null)
                    return false;
                if (entry.Complete is not { } all)
                    continue;
                if (!all.SequenceEqual(Enumerable.Range(0, worldSize).Select(one => $"{rounds[rank]}/{one}")))
                    return false;
                if (random.Next(2) == 0)
                    rounds[rank]++; // else the answer was lost, and the rank asks again
            }

            return completed == 4;
        });

    private static PublishAddress Of(int rank, long token = 7, string? address = null) =>
        new("t0", token, rank, Round: 0, address ?? $"r{rank}");

    private static AddressBook Complete(int worldSize) =>
        Enumerable.Range(0, worldSize).Aggregate(AddressBook.Empty, (book, rank) => book.Add(Of(rank), worldSize).After);
}
