using Orchestrator.Models.Data;
using static Orchestrator.Models.Data.SpokenDigitSequences;

namespace Orchestrator.Models.Tests.Data;

internal sealed class SpokenDigitSequencesTests
{
    private static readonly SpokenDigitSequencesOptions Options = new();

    [Test]
    public void No_recording_is_in_two_parts()
    {
        HashSet<RecordingId> train = Drawn(Part.Train);
        HashSet<RecordingId> validation = Drawn(Part.Validation);
        HashSet<RecordingId> test = Drawn(Part.Test);

        Assert.That(train.Intersect(validation), Is.Empty);
        Assert.That(train.Intersect(test), Is.Empty);
        Assert.That(validation.Intersect(test), Is.Empty);
    }

    [Test]
    public void Only_the_official_test_takes_test()
    {
        Assert.That(Drawn(Part.Test).Select(id => id.Take), Is.All.InRange(0, 4));
        Assert.That(Drawn(Part.Validation).Select(id => id.Take), Is.All.InRange(5, 9));
        Assert.That(Drawn(Part.Train).Select(id => id.Take), Is.All.InRange(10, 49));
    }

    [Test]
    public void The_parts_of_whole_recordings_are_disjoint_and_complete()
    {
        RecordingId[] all =
        [
            .. SpokenDigitRecordings.Of(SpokenDigitRecordings.TrainTakes),
            .. SpokenDigitRecordings.Of(SpokenDigitRecordings.ValidationTakes),
            .. SpokenDigitRecordings.Of(SpokenDigitRecordings.TestTakes),
        ];

        Assert.That(all, Has.Length.EqualTo(3_000).And.Unique);
    }

    [Test]
    public void A_sequence_has_one_speaker_and_pauses_of_50_to_200_ms()
    {
        foreach (DigitSequence sequence in Enumerable.Range(0, 300).Select(index => Draw(Options, Part.Train, index)))
        {
            Assert.That(sequence.Recordings.Select(id => id.Speaker).Distinct().Count(), Is.EqualTo(1));
            Assert.That(sequence.Recordings.Length, Is.InRange(3, 7));
            Assert.That(sequence.Pauses, Has.Length.EqualTo(sequence.Recordings.Length - 1).And.All.InRange(400, 1_600));
        }
    }

    [Test]
    public void A_sequence_depends_on_no_count()
    {
        DigitSequence some = Draw(Options, Part.Test, 5);
        DigitSequence same = Draw(Options with { TestCount = 6, TrainCount = 1 }, Part.Test, 5);

        Assert.That(same.Recordings, Is.EqualTo(some.Recordings));
        Assert.That(same.Pauses, Is.EqualTo(some.Pauses));
    }

    [Test]
    public void Real_sequences_are_bitwise_repeatable_and_feasible()
    {
        DataRoot root = RealData.Root("fsdd/recordings.tar.gz");
        var options = new SpokenDigitSequencesOptions { TrainCount = 40, ValidationCount = 10, TestCount = 10 };

        IDataSet data = DataSets.Load(options, root);
        IDataSet longer = DataSets.Load(options with { TrainCount = 41 }, root);

        Assert.That(longer, Is.Not.SameAs(data));
        for (int index = 0; index < data.Train.Count; index++)
        {
            Assert.That(longer.Train[index].Features, Is.EqualTo(data.Train[index].Features));
            Assert.That(data.Train[index].Frames, Is.GreaterThanOrEqualTo(Speech.CtcSteps(data.Train[index].Targets)));
        }

        Assert.That(data.Shape, Is.EqualTo(DataSets.ShapeOf(options, DataRoot.None)));
        Assert.That(data.Train[0].Features, Has.Length.EqualTo(data.Train[0].Frames * data.Shape.InputSize));
    }

    [Test]
    public void Real_recordings_are_split_by_take()
    {
        DataRoot root = RealData.Root("fsdd/recordings.tar.gz");

        IDataSet data = DataSets.Load(new SpokenDigitsOptions(), root);

        Assert.That(new[] { data.Train.Count, data.Validation.Count, data.Test.Count }, Is.EqualTo(new[] { 2_400, 300, 300 }));
        Assert.That(Enumerable.Range(0, 300).Select(index => data.Test[index].Targets[0]).CountBy(digit => digit), Has.All.Property("Value").EqualTo(30));
    }

    private static HashSet<RecordingId> Drawn(Part part) =>
        [.. Enumerable.Range(0, 3_000).SelectMany(index => Draw(Options, part, index).Recordings)];
}
