using System.Reflection;
using Orchestrator.Models.Data;
using DescriptionAttribute = System.ComponentModel.DescriptionAttribute;
using RangeAttribute = System.ComponentModel.DataAnnotations.RangeAttribute;

namespace Orchestrator.Models.Tests.Data;

internal sealed class DataSetsTests
{
    private string _folder = string.Empty;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("data").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Every_kind_carries_its_name_and_describes_every_property()
    {
        foreach (DataSetInfo info in DataSets.All)
        {
            Assert.That(info.OptionsType.GetCustomAttribute<KindAttribute>()?.Name, Is.EqualTo(info.Kind));
            foreach (PropertyInfo property in info.OptionsType.GetProperties().Where(property => property.CanWrite))
            {
                Assert.That(property.GetCustomAttribute<DescriptionAttribute>(), Is.Not.Null, $"{info.Kind}.{property.Name}");
                Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
                bool isNumber = type == typeof(int) || type == typeof(double);
                Assert.That(property.GetCustomAttribute<RangeAttribute>() is not null, Is.EqualTo(isNumber), $"{info.Kind}.{property.Name}");
            }
        }
    }

    [Test]
    public void The_defaults_of_every_kind_but_text_are_valid()
    {
        foreach (DataSetInfo info in DataSets.All.Where(info => info.OptionsType != typeof(TextOptions)))
        {
            var options = (DataOptions)Activator.CreateInstance(info.OptionsType)!;

            Assert.That(DataSets.ShapeOf(options, DataRoot.None).Task, Is.EqualTo(info.Task));
        }
    }

    [Test]
    public void Callers_at_the_same_time_get_the_same_instance()
    {
        var options = new SyntheticDigitsOptions { Seed = 4711, TrainCount = 50, ValidationCount = 5, TestCount = 5 };
        var loaded = new IDataSet[16];

        _ = Parallel.For(0, loaded.Length, index => loaded[index] = DataSets.Load(options with { BatchSize = index + 1 }, DataRoot.None));

        Assert.That(loaded, Is.All.SameAs(loaded[0]));
    }

    [Test]
    public void A_batch_that_cannot_be_filled_is_refused_when_planning() => Assert.That(
        () => DataSets.ShapeOf(new YesNoOptions { BatchSize = 27 }, DataRoot.None),
        Throws.InstanceOf<DataException>().With.Message.Contains("26 samples"));

    [Test]
    public void Options_out_of_range_are_refused() => Assert.That(
        () => DataSets.Load(new SyntheticDigitsOptions { Bands = 1 }, DataRoot.None),
        Throws.InstanceOf<DataException>().With.Message.Contains("Bands"));

    [Test]
    public void Limits_in_the_wrong_order_are_refused() => Assert.That(
        () => DataSets.ShapeOf(new SpokenDigitSequencesOptions { DigitsMin = 5, DigitsMax = 4 }, DataRoot.None),
        Throws.InstanceOf<DataException>().With.Message.Contains("digitsMin"));

    [Test]
    public void Without_a_folder_the_message_says_how_to_name_one() => Assert.That(
        () => DataSets.Load(new SpokenDigitsOptions(), DataRoot.None),
        Throws.InstanceOf<DataException>().With.Message.Contains(DataRoot.Variable).And.Message.Contains("--data"));

    [Test]
    public void A_missing_file_is_named_with_its_remedy() => Assert.That(
        () => DataSets.Load(new SpokenDigitsOptions(), new DataRoot(_folder)),
        Throws.InstanceOf<DataException>()
            .With.Property(nameof(DataException.FileName)).EqualTo("fsdd/recordings.tar.gz")
            .And.Message.Contains("orchestrator data fetch fsdd"));

    [Test]
    public void A_truncated_file_is_named_with_what_was_expected_and_found()
    {
        Write("tinyshakespeare/input.txt", new byte[1_000]);

        Assert.That(
            () => DataSets.Load(new TextOptions { Set = TextSet.TinyShakespeare }, new DataRoot(_folder)),
            Throws.InstanceOf<DataException>().With.Message.Contains("truncated")
                .And.Message.Contains("1,115,394").And.Message.Contains("1,000 bytes").And.Message.Contains("86c4e6aa"));
    }

    [Test]
    public void An_altered_file_of_the_right_size_is_refused()
    {
        Write("tinyshakespeare/input.txt", new byte[1_115_394]);

        Assert.That(
            () => DataSets.ShapeOf(new TextOptions { Set = TextSet.TinyShakespeare }, new DataRoot(_folder)),
            Throws.InstanceOf<DataException>().With.Message.Contains("altered"));
    }

    [Test]
    public void An_archive_of_other_recordings_is_refused()
    {
        Write("yesno/waves_yesno.tar.gz", Wav.Archive(("0_0_0_0_0_0_0_0.wav", Wav.Of(new short[9_000]))));

        Assert.That(() => DataSets.Load(new YesNoOptions(), new DataRoot(_folder)), Throws.InstanceOf<DataException>());
    }

    [Test]
    public void A_failure_is_not_kept()
    {
        byte[] whole = RealData.Read("yesno/waves_yesno.tar.gz");
        var root = new DataRoot(_folder);
        Assert.That(() => DataSets.Load(new YesNoOptions(), root), Throws.InstanceOf<DataException>());
        Write("yesno/waves_yesno.tar.gz", whole);

        Assert.That(DataSets.Load(new YesNoOptions(), root).Test.Count, Is.EqualTo(29));
    }

    [Test]
    public void The_known_recordings_in_another_packing_are_accepted()
    {
        SortedDictionary<string, byte[]> recordings = RecordingArchive.Unpack("yesno", RealData.Read("yesno/waves_yesno.tar.gz"));
        Write("yesno/waves_yesno.tar.gz", Wav.Archive([.. recordings.Reverse().Select(entry => ($"x/{entry.Key}", entry.Value))]));

        IDataSet data = DataSets.Load(new YesNoOptions { Bands = 30 }, new DataRoot(_folder));

        Assert.That(data.Test.Count, Is.EqualTo(29));
        Assert.That(DataVerifier.Verify(DataSets.FilesOf("yes-no")[0], new DataRoot(_folder)).State, Is.EqualTo(DataFileState.OkRepacked));
    }

    [Test]
    public void A_description_states_the_files_that_were_read()
    {
        DataRoot root = RealData.Root("yesno/waves_yesno.tar.gz");

        IReadOnlyList<DataProperty> rows = DataSets.Load(new YesNoOptions(), root).Description.Rows;

        Assert.That(rows, Has.Some.Property(nameof(DataProperty.Value)).Contains("4,701,717 bytes, sha256 eb6251bb"));
        Assert.That(rows, Has.Some.EqualTo(new DataProperty("Labels", "208 train, 40 validation, 232 test")));
    }

    private void Write(string relativePath, byte[] bytes)
    {
        string path = Path.Combine(_folder, relativePath);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }
}
