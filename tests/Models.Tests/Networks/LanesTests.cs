using System.Numerics;
using CsCheck;
using Orchestrator.Models.Networks;

namespace Orchestrator.Models.Tests.Networks;

internal sealed class LanesTests
{
    private static readonly Gen<float> Ordinary = Gen.Float[-80f, 80f];

    [Test]
    public void Exp_is_right_to_two_parts_in_ten_million() =>
        Ordinary.Sample(x => Math.Abs((Lanes.Exp(new Vector<float>(x))[0] / Math.Exp(x)) - 1) < 2e-7, iter: 20_000);

    [Test]
    public void Tanh_is_right_to_two_ten_millionths() =>
        Gen.OneOf(Ordinary, Gen.Float[-1f, 1f]).Sample(
            x => Math.Abs(Lanes.Tanh(new Vector<float>(x))[0] - Math.Tanh(x)) < 2e-7, iter: 20_000);

    [Test]
    public void Tanh_keeps_its_digits_near_zero() =>
        Gen.Float[-0.1f, 0.1f].Where(x => x != 0).Sample(
            x => Math.Abs((Lanes.Tanh(new Vector<float>(x))[0] / Math.Tanh(x)) - 1) < 1e-6, iter: 20_000);

    [Test]
    public void Sigmoid_is_right_to_two_ten_millionths() =>
        Ordinary.Sample(
            x => Math.Abs(Lanes.Sigmoid(new Vector<float>(x))[0] - (1 / (1 + Math.Exp(-x)))) < 2e-7, iter: 20_000);

    [TestCase(float.NegativeInfinity, 0, -1)]
    [TestCase(-1e30f, 0, -1)]
    [TestCase(0, 0.5f, 0)]
    [TestCase(1e30f, 1, 1)]
    [TestCase(float.PositiveInfinity, 1, 1)]
    public void The_ends_are_exact(float x, float sigmoid, float tanh)
    {
        Assert.That(Lanes.Sigmoid(new Vector<float>(x))[0], Is.EqualTo(sigmoid).Within(1e-37f));
        Assert.That(Lanes.Tanh(new Vector<float>(x))[0], Is.EqualTo(tanh));
    }

    [Test]
    public void What_is_no_number_stays_none()
    {
        var none = new Vector<float>(float.NaN);

        Assert.That(Lanes.Exp(none)[0], Is.NaN);
        Assert.That(Lanes.Sigmoid(none)[0], Is.NaN);
        Assert.That(Lanes.Tanh(none)[0], Is.NaN);
    }

    [Test]
    public void Rows_of_any_length_are_loaded_and_stored_to_their_last_number()
    {
        for (int count = 1; count <= (2 * Lanes.Width) + 1; count++)
        {
            float[] row = [.. Enumerable.Range(1, count).Select(value => (float)value), -1];
            for (int index = 0; index < count; index += Lanes.Width)
            {
                Lanes.Store(Lanes.Load(ref row[0], index, count) * 2, ref row[0], index, count);
            }

            Assert.That(row[..count], Is.EqualTo(Enumerable.Range(1, count).Select(value => 2f * value)));
            Assert.That(row[count], Is.EqualTo(-1), "beyond the end");
        }
    }

    [Test]
    public void Columns_are_added_up_row_by_row()
    {
        var total = new float[3];

        Lanes.SumColumns([1, 2, 3, 10, 20, 30, 100, 200, 300], total);

        Assert.That(total, Is.EqualTo(new float[] { 111, 222, 333 }));
    }
}
