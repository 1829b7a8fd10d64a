using System.Collections.Immutable;
using CsCheck;
using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Tests.Collectives.CostModel;

internal sealed class ScheduleCostTests
{
    private const int ElementBytes = 4;

    /// <summary>Costs are whole numbers, so that doubles hold every sum exactly and the formula can be compared by equality.</summary>
    [Test]
    public void A_ring_costs_what_the_formula_says([Values] SendSemantics semantics) =>
        Gen.Select(Gen.Int[1, 33], Gen.Int[0, 100_000], Gen.Int[0, 5000], Gen.Int[0, 50], Gen.Int[0, 50])
            .Sample((p, chunkLength, alpha, beta, gamma) =>
            {
                long length = (long)p * chunkLength;
                long n = length * ElementBytes;

                ScheduleCost cost = ScheduleCost.Of(
                    RingAllReduce.Build(p), length, ElementBytes, new LinkCosts(alpha, beta, gamma), semantics);

                long share = (p - 1) * (n / p);
                Assert.That(cost.Time, Is.EqualTo((2.0 * (p - 1) * alpha) + (2.0 * share * beta) + (1.0 * share * gamma)));
                Assert.That(cost.BytesSentMax, Is.EqualTo(2 * share));
                Assert.That(cost.MessagesMax, Is.EqualTo(2 * (p - 1)));
            });

    [Test]
    public void An_uneven_buffer_costs_no_less_than_the_even_one_below_and_no_more_than_the_even_one_above() =>
        Gen.Select(Gen.Int[1, 17], Gen.Int[0, 5000]).Sample((p, length) =>
        {
            double below = Time(length - (length % p));
            double above = Time(length - (length % p) + p);

            Assert.That(Time(length), Is.InRange(below, above));

            double Time(long elements) =>
                ScheduleCost.Of(RingAllReduce.Build(p), elements, ElementBytes, new LinkCosts(100, 3, 2)).Time;
        });

    [TestCase(SendSemantics.Rendezvous, 240)]
    [TestCase(SendSemantics.Buffered, 130)]
    public void A_buffered_message_travels_while_its_receiver_is_busy(SendSemantics semantics, double expected)
    {
        // Rank 2 takes from rank 0 first, until 110; meanwhile rank 1's chunk arrives (buffered) or waits (rendezvous).
        Schedule schedule = new("two into one", Chunks: 1,
        [
            [new Step(new Send(To: 2, Chunk: 0), null)],
            [new Step(new Send(To: 2, Chunk: 0), null)],
            [
                new Step(null, new Receive(From: 0, Chunk: 0, OnArrival.Add)),
                new Step(null, new Receive(From: 1, Chunk: 0, OnArrival.Add)),
            ],
        ]);

        ScheduleCost cost = ScheduleCost.Of(schedule, 10, elementBytes: 1, new LinkCosts(100, 1, 1), semantics);

        Assert.That(cost.Time, Is.EqualTo(expected));
    }

    [Test]
    public void A_schedule_that_never_ends_has_no_price()
    {
        Schedule ring = RingAllReduce.Build(3);
        Schedule broken = ring with { ByRank = ring.ByRank.SetItem(1, ImmutableArray<Step>.Empty) };

        Assert.That(
            () => ScheduleCost.Of(broken, 30, ElementBytes, new LinkCosts(1, 1, 1)),
            Throws.ArgumentException.With.Message.Contains("never ends"));
    }
}
