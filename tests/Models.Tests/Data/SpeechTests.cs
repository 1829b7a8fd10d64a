using CsCheck;
using Orchestrator.Models.Data;

namespace Orchestrator.Models.Tests.Data;

internal sealed class SpeechTests
{
    [TestCase(new[] { 1, 2, 3 }, 3)]
    [TestCase(new[] { 1, 1, 2 }, 4)]
    [TestCase(new[] { 5, 5, 5 }, 5)]
    [TestCase(new int[0], 0)]
    public void A_repeated_label_needs_a_blank_between(int[] labels, int steps) =>
        Assert.That(Speech.CtcSteps(labels), Is.EqualTo(steps));

    [Test]
    public void An_utterance_too_short_for_its_labels_is_refused_by_name()
    {
        var speech = new Speech(new YesNoOptions { FrameStacking = 8 });

        Assert.That(
            () => speech.Labelled("short one", new short[1_200], [1, 1, 2]),
            Throws.InstanceOf<DataException>().With.Message.Contains("short one").And.Message.Contains("frameStacking"));
    }

    [Test]
    public void An_utterance_just_long_enough_is_accepted()
    {
        var speech = new Speech(new YesNoOptions { FrameStacking = 1 });

        Sample sample = speech.Labelled("four frames", new short[200 + (3 * 80)], [1, 1, 2]);

        Assert.That(sample.Frames, Is.EqualTo(4));
    }

    [Test]
    public void Stacking_keeps_every_number_in_its_place() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 5], Gen.Int[1, 8]).Sample((frames, bands, stacking) =>
        {
            float[] features = [.. Enumerable.Range(0, frames * bands).Select(index => (float)index)];

            float[] stacked = Speech.Stack(features, bands, stacking);

            Assert.That(stacked.Length % (bands * stacking), Is.Zero);
            Assert.That(stacked[..features.Length], Is.EqualTo(features));
            Assert.That(stacked.Length - features.Length, Is.LessThan(bands * stacking));
            Assert.That(stacked[^bands..], Is.EqualTo(features[^bands..]));
        });

    [Test]
    public void Normalized_bands_have_mean_0_and_variance_1() =>
        Gen.Select(Gen.Int[2, 6], Gen.Float[-100, 100].Array[24, 120]).Sample((bands, values) =>
        {
            float[] features = values[..(values.Length / bands * bands)];
            Normalization.PerBand(features, bands);

            for (int band = 0; band < bands; band++)
            {
                float[] column = [.. features.Where((_, index) => index % bands == band)];
                Assert.That(column.Average(), Is.EqualTo(0).Within(1e-3));
                Assert.That(column.Average(value => value * value), Is.EqualTo(1).Within(1e-3).Or.LessThan(1e-3));
            }
        });
}
