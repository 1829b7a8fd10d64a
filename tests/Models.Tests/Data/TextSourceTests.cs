using System.Text;
using CsCheck;
using Orchestrator.Models.Data;

namespace Orchestrator.Models.Tests.Data;

internal sealed class TextSourceTests
{
    private string _folder = string.Empty;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("text").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Text_survives_the_vocabulary() => Gen.String.Where(IsWellFormed).Sample(text =>
    {
        var vocabulary = TextVocabulary.Of(text);

        Assert.That(vocabulary.Decode(vocabulary.Encode(text)), Is.EqualTo(text));
    });

    [Test]
    public void Symbols_are_sorted_by_code_point_and_not_by_bytes_or_surrogates()
    {
        var vocabulary = TextVocabulary.Of("b\U0001F600a\uFB00é");

        Assert.That(vocabulary.Decode([0, 1, 2, 3, 4]), Is.EqualTo("abé\uFB00\U0001F600"));
    }

    [Test]
    public void Windows_join_to_the_text_of_their_part()
    {
        string text = string.Concat(Enumerable.Range(0, 500).Select(index => (char)('a' + (index * 7 % 26))));
        TextOptions options = Written(text) with { SequenceLength = 8, TrainFraction = 0.8, ValidationFraction = 0.1 };

        IDataSet data = DataSets.Load(options, Root());

        var vocabulary = TextVocabulary.Of(text);
        Assert.That(Joined(data.Train, vocabulary), Is.EqualTo(text[..393]));
        Assert.That(Joined(data.Validation, vocabulary), Is.EqualTo(text[400..449]));
        Assert.That(Joined(data.Test, vocabulary), Is.EqualTo(text[450..499]));
        Assert.That(data.Train[0], Has.Property(nameof(Sample.Frames)).EqualTo(8));
        Assert.That(data.Shape, Is.EqualTo(new DataShape(26, 26, TaskKind.LanguageModel)));
    }

    [Test]
    public void A_byte_order_mark_is_no_symbol()
    {
        TextOptions options = Written("ab", 400, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        Assert.That(DataSets.ShapeOf(options with { BatchSize = 1, SequenceLength = 4 }, Root()).InputSize, Is.EqualTo(2));
    }

    [Test]
    public void A_limit_shortens_before_the_split()
    {
        TextOptions options = Written("abcdefghij", 1_000) with { SequenceLength = 10, BatchSize = 1 };

        IDataSet data = DataSets.Load(options with { SymbolLimit = 1_000 }, Root());

        Assert.That(new[] { data.Train.Count, data.Validation.Count, data.Test.Count }, Is.EqualTo(new[] { 89, 4, 4 }));
    }

    [Test]
    public void Bytes_that_are_no_utf8_are_refused()
    {
        File.WriteAllBytes(Path.Combine(_folder, "latin1.txt"), [.. Encoding.ASCII.GetBytes(new string('a', 5_000)), 0xE9, 0x20]);

        Assert.That(
            () => DataSets.ShapeOf(new TextOptions { Path = "latin1.txt" }, Root()),
            Throws.InstanceOf<DataException>().With.Message.Contains("UTF-8").And.Message.Contains("5,000"));
    }

    [Test]
    public void A_text_too_short_for_its_windows_is_refused() => Assert.That(
        () => DataSets.ShapeOf(Written("abc", 20), Root()),
        Throws.InstanceOf<DataException>().With.Message.Contains("too few"));

    [TestCase("../secret.txt")]
    [TestCase("/etc/hostname")]
    [TestCase("a/../../secret.txt")]
    public void A_path_that_leaves_its_folder_is_refused(string path) => Assert.That(
        () => DataSets.ShapeOf(new TextOptions { Path = path }, Root()),
        Throws.InstanceOf<DataException>().With.Message.Contains("leaves its folder"));

    [Test]
    public void A_missing_text_names_where_it_was_looked_for() => Assert.That(
        () => DataSets.ShapeOf(new TextOptions { Path = "none.txt" }, Root()),
        Throws.InstanceOf<DataException>().With.Message.Contains(_folder).And.Property(nameof(DataException.FileName)).EqualTo("none.txt"));

    [Test]
    public void Either_a_set_or_a_path_must_be_given([Values] bool both)
    {
        TextOptions options = both ? new() { Set = TextSet.TinyShakespeare, Path = "a.txt" } : new();

        Assert.That(
            () => DataSets.ShapeOf(options, Root()), Throws.InstanceOf<DataException>().With.Message.Contains("Exactly one"));
    }

    [Test]
    public void Tiny_shakespeare_has_its_65_symbols()
    {
        DataRoot root = RealData.Root("tinyshakespeare/input.txt");

        DataShape shape = DataSets.ShapeOf(new TextOptions { Set = TextSet.TinyShakespeare }, root);

        Assert.That(shape, Is.EqualTo(new DataShape(65, 65, TaskKind.LanguageModel)));
    }

    [Test]
    public void War_and_peace_has_its_82_symbols()
    {
        DataRoot root = RealData.Root("warpeace/warpeace_input.txt");

        IDataSet data = DataSets.Load(new TextOptions { Set = TextSet.WarAndPeace, TrainFraction = 0.8, ValidationFraction = 0.1 }, root);

        Assert.That(data.Shape.InputSize, Is.EqualTo(82));
        Assert.That(data.Train.Count, Is.EqualTo((2_556_968 - 1) / 64));
    }

    private static bool IsWellFormed(string text) => !text.EnumerateRunes().Contains(Rune.ReplacementChar);

    private static string Joined(Split part, TextVocabulary vocabulary) =>
        string.Concat(Enumerable.Range(0, part.Count).Select(index =>
            vocabulary.Decode(index == 0 ? part[index].Targets : part[index].Targets.AsSpan(1))));

    private TextOptions Written(string text, int times = 1, Encoding? encoding = null)
    {
        string whole = string.Concat(Enumerable.Repeat(text, times));
        File.WriteAllText(Path.Combine(_folder, "own.txt"), whole, encoding ?? new UTF8Encoding(false));
        return new TextOptions { Path = "own.txt" };
    }

    private DataRoot Root() => DataRoot.None with { SweepDirectory = _folder };
}
