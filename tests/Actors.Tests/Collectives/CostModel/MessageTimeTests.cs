using CsCheck;
using Orchestrator.Actors.Collectives.CostModel;

namespace Orchestrator.Actors.Tests.Collectives.CostModel;

internal sealed class MessageTimeTests
{
    private static MessageTime Cached { get; } = MessageTime.Table(new(100, 10), new(1000, 100), new(2000, 300));

    [TestCase(0, 0)]
    [TestCase(50, 5)]
    [TestCase(100, 10)]
    [TestCase(550, 55)]
    [TestCase(1500, 200)]
    [TestCase(2000, 300)]
    [TestCase(3000, 500)]
    public void Between_the_points_of_a_table_lie_straight_lines(double bytes, double expected) =>
        Assert.That(Cached.At(bytes), Is.EqualTo(expected).Within(1e-12));

    [Test]
    public void A_table_of_one_point_is_a_price_per_byte() =>
        Assert.That(MessageTime.Table(new MessageTime.Point(10, 5)).At(40), Is.EqualTo(20));

    [Test]
    public void A_message_without_bytes_costs_what_a_message_costs()
    {
        Assert.That(MessageTime.PerByte(2, perMessage: 5).At(0), Is.EqualTo(5));
        Assert.That(MessageTime.PerByte(2, perMessage: 5).Times(2).At(10), Is.EqualTo(50));
        Assert.That(MessageTime.Table(new(0, 7), new(10, 27)).At(0), Is.EqualTo(7));
        Assert.That(MessageTime.Table(new(0, 7), new(10, 27)).At(5), Is.EqualTo(17));
    }

    [Test]
    public void More_bytes_never_take_less_time() =>
        Gen.Select(Gen.Double[0, 5000], Gen.Double[0, 5000]).Sample((one, other) =>
            Assert.That(Cached.At(Math.Max(one, other)), Is.GreaterThanOrEqualTo(Cached.At(Math.Min(one, other)))));

    [Test]
    public void Twice_the_price_is_twice_the_price_everywhere() =>
        Gen.Double[0, 5000].Sample(bytes =>
            Assert.That(Cached.Times(2).At(bytes), Is.EqualTo(2 * Cached.At(bytes)).Within(1e-9)));

    [Test]
    public void Equal_tables_are_equal()
    {
        MessageTime table = MessageTime.Table(new(1, 2), new(3, 4));

        Assert.That(table.Times(1), Is.EqualTo(table));
        Assert.That(table, Is.Not.EqualTo(MessageTime.Table(new(1, 2), new(3, 5))));
    }

    [Test]
    public void A_table_that_falls_or_goes_back_is_refused()
    {
        Assert.That(() => MessageTime.Table(), Throws.ArgumentException);
        Assert.That(() => MessageTime.Table(new(1, 2), new(3, 1)), Throws.ArgumentException);
        Assert.That(() => MessageTime.Table(new(2, 2), new(2, 3)), Throws.ArgumentException);
        Assert.That(() => MessageTime.Table(new(-1, 0), new(2, 3)), Throws.ArgumentException);
        Assert.That(() => MessageTime.Table(new MessageTime.Point(1, double.NaN)), Throws.ArgumentException);
    }
}
