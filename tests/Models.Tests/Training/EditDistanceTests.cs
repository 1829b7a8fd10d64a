using CsCheck;
using Orchestrator.Models.Training;

namespace Orchestrator.Models.Tests.Training;

internal sealed class EditDistanceTests
{
    private static readonly Gen<int[]> Word = Gen.Int[0, 3].Array[0, 8];

    [TestCase("kitten", "sitting", 3)]
    [TestCase("", "abc", 3)]
    [TestCase("abc", "", 3)]
    [TestCase("abc", "abc", 0)]
    [TestCase("flaw", "lawn", 2)]
    public void Known_words_have_known_distances(string source, string target, int expected) =>
        Assert.That(
            EditDistance.Between([.. source.Select(letter => (int)letter)], [.. target.Select(letter => (int)letter)]),
            Is.EqualTo(expected));

    [Test]
    public void It_is_the_recursive_definition() =>
        Gen.Select(Word, Word).Sample((one, other) => EditDistance.Between(one, other) == Definition(one, other), iter: 300);

    [Test]
    public void It_is_a_metric() =>
        Gen.Select(Word, Word, Word).Sample((one, two, three) =>
            EditDistance.Between(one, two) == EditDistance.Between(two, one)
            && (EditDistance.Between(one, two) == 0) == one.SequenceEqual(two)
            && EditDistance.Between(one, three) <= EditDistance.Between(one, two) + EditDistance.Between(two, three));

    private static int Definition(int[] one, int[] other)
    {
        var known = new Dictionary<(int, int), int>();
        return From(0, 0);

        int From(int i, int j)
        {
            if (i == one.Length || j == other.Length)
            {
                return one.Length - i + other.Length - j;
            }

            if (known.TryGetValue((i, j), out int value))
            {
                return value;
            }

            value = Math.Min(
                From(i + 1, j + 1) + (one[i] == other[j] ? 0 : 1), 1 + Math.Min(From(i + 1, j), From(i, j + 1)));
            known[(i, j)] = value;
            return value;
        }
    }
}
