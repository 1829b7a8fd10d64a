using Orchestrator.Models.Data;

namespace Orchestrator.Models.Tests.Data;

internal sealed class SyntheticDigitsTests
{
    private static readonly SyntheticDigitsOptions Small = new() { TrainCount = 40, ValidationCount = 10, TestCount = 10 };

    [Test]
    public void Equal_options_give_bitwise_equal_utterances()
    {
        Sample first = SyntheticDigits.Utterance(Small, "train", 3);
        Sample second = SyntheticDigits.Utterance(Small, "train", 3);

        Assert.That(second.Features, Is.EqualTo(first.Features));
        Assert.That(second.Targets, Is.EqualTo(first.Targets));
    }

    [Test]
    public void An_utterance_depends_on_no_count()
    {
        Sample among40 = Load(Small).Train[7];
        Sample among8 = Load(Small with { TrainCount = 32, TestCount = 1 }).Train[7];

        Assert.That(among8.Features, Is.EqualTo(among40.Features));
        Assert.That(among8.Targets, Is.EqualTo(among40.Targets));
    }

    [Test]
    public void Parts_indices_and_seeds_have_their_own_streams()
    {
        float[] firstValues =
        [
            SyntheticDigits.Utterance(Small, "train", 0).Features[0],
            SyntheticDigits.Utterance(Small, "validation", 0).Features[0],
            SyntheticDigits.Utterance(Small, "test", 0).Features[0],
            SyntheticDigits.Utterance(Small, "train", 1).Features[0],
            SyntheticDigits.Utterance(Small with { Seed = 2 }, "train", 0).Features[0],
        ];

        Assert.That(firstValues, Is.Unique);
    }

    [Test]
    public void Utterances_keep_their_shape_and_stay_feasible_for_ctc(
        [Values(2, 5)] int digitsMax, [Values(0.0, 0.6)] double tempoSpread, [Values(6, 10)] int framesPerDigit)
    {
        SyntheticDigitsOptions options = Small with
        {
            TrainCount = 300,
            DigitsMax = digitsMax,
            TempoSpread = tempoSpread,
            FramesPerDigit = framesPerDigit,
        };

        IDataSet data = Load(options);

        for (int index = 0; index < data.Train.Count; index++)
        {
            Sample sample = data.Train[index];
            Assert.That(sample.Features, Has.Length.EqualTo(sample.Frames * data.Shape.InputSize));
            Assert.That(sample.Features, Is.All.Matches<float>(float.IsFinite));
            Assert.That(sample.Targets.Length, Is.InRange(options.DigitsMin, options.DigitsMax));
            Assert.That(sample.Targets, Is.All.InRange(1, data.Shape.OutputSize - 1));
            Assert.That(sample.Frames, Is.GreaterThanOrEqualTo(Speech.CtcSteps(sample.Targets)));
        }
    }

    [Test]
    public void All_ten_words_are_spoken()
    {
        IDataSet data = Load(Small);

        IEnumerable<int> words = Enumerable.Range(0, data.Train.Count).SelectMany(index => data.Train[index].Targets);

        Assert.That(words.Distinct().Order(), Is.EqualTo(Enumerable.Range(1, 10)));
    }

    [Test]
    public void Without_noise_the_same_word_of_another_voice_still_differs()
    {
        SyntheticDigitsOptions clean = Small with { Noise = 0, DigitsMin = 1, DigitsMax = 1, TempoSpread = 0, TrainCount = 400 };
        IDataSet data = Load(clean);

        IEnumerable<int> lengths = Enumerable.Range(0, data.Train.Count)
            .Where(index => data.Train[index].Targets[0] == 1)
            .Select(index => BitConverter.SingleToInt32Bits(data.Train[index].Features[^1]));

        Assert.That(lengths.Distinct().Count(), Is.GreaterThan(clean.Voices));
    }

    private static IDataSet Load(SyntheticDigitsOptions options) => DataSets.Load(options, DataRoot.None);
}
