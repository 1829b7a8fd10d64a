using System.Numerics;
using Orchestrator.Actors.Collectives.Reduction;

namespace Orchestrator.Actors.Tests.Collectives.Reduction;

[TestFixture(TypeArgs = [typeof(float)])]
[TestFixture(TypeArgs = [typeof(double)])]
internal sealed class VectorAddTests<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Guards = 20;

    /// <summary>Every remainder of every width, once and after many whole vectors.</summary>
    private static IEnumerable<int> Lengths => [.. Enumerable.Range(0, 70), 1023, 1024, 1025, 100_003];

    private static IEnumerable<string> PathNames => VectorAdd.Paths<T>().Select(path => path.Name);

    [Test]
    public void Every_path_adds_bitwise_as_the_formula(
        [ValueSource(nameof(PathNames))] string path, [ValueSource(nameof(Lengths))] int length)
    {
        (T[] target, T[] source) = (Values(length, salt: 1), Values(length, salt: 2));
        T[] expected = [.. target.Zip(source, (a, b) => a + b)];

        VectorAdd.Paths<T>().Single(p => p.Name == path).Add(target, source);

        Assert.That(target, Is.EqualTo(expected));
    }

    [Test]
    public void The_widest_path_adds_bitwise_as_the_formula([ValueSource(nameof(Lengths))] int length)
    {
        (T[] target, T[] source) = (Values(length, salt: 1), Values(length, salt: 2));
        T[] expected = [.. target.Zip(source, (a, b) => a + b)];

        VectorAdd.Add<T>(target, source);

        Assert.That(target, Is.EqualTo(expected));
    }

    [Test]
    public void No_path_touches_what_lies_around(
        [ValueSource(nameof(PathNames))] string path, [ValueSource(nameof(Lengths))] int length)
    {
        T[] target = Values(length + (2 * Guards), salt: 1);
        T[] before = [.. target];

        VectorAdd.Paths<T>().Single(p => p.Name == path).Add(target.AsSpan(Guards, length), Values(length, salt: 2));

        Assert.That(target[..Guards], Is.EqualTo(before[..Guards]));
        Assert.That(target[^Guards..], Is.EqualTo(before[^Guards..]));
    }

    [Test]
    public void Every_path_treats_special_values_alike([ValueSource(nameof(PathNames))] string path)
    {
        T[] special = [T.NaN, T.PositiveInfinity, T.NegativeInfinity, T.NegativeZero, T.Zero, T.Epsilon, T.One, -T.Epsilon];
        T[] target = [.. special.SelectMany(_ => special)];
        T[] source = [.. special.SelectMany(value => Enumerable.Repeat(value, special.Length))];
        T[] expected = [.. target.Zip(source, (a, b) => a + b)];

        VectorAdd.Paths<T>().Single(p => p.Name == path).Add(target, source);

        Assert.That(target.Select(T.IsNaN), Is.EqualTo(expected.Select(T.IsNaN)));
        Assert.That(target.Select(T.IsNegative).Where((_, i) => !T.IsNaN(expected[i])),
            Is.EqualTo(expected.Where(value => !T.IsNaN(value)).Select(T.IsNegative)));
        Assert.That(target.Where(value => !T.IsNaN(value)), Is.EqualTo(expected.Where(value => !T.IsNaN(value))));
    }

    [Test]
    public void No_path_adds_what_does_not_fit([ValueSource(nameof(PathNames))] string path) =>
        Assert.That(
            () => VectorAdd.Paths<T>().Single(p => p.Name == path).Add(new T[8], new T[9]),
            Throws.TypeOf<ArgumentOutOfRangeException>());

    /// <summary>Values of all magnitudes whose sums round.</summary>
    private static T[] Values(int length, int salt) =>
        [.. Enumerable.Range(0, length).Select(i => T.CreateChecked(Math.Sin((i * 12.9898) + salt) * Math.Pow(10, i % 9)))];
}
