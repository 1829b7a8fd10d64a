using Orchestrator.Models.Training;

namespace Orchestrator.Models.Tests.Training;

internal sealed class TrainingLengthTests
{
    [TestCase(48, 2, null, 6, 12)]
    [TestCase(55, 3, null, 6, 18)]
    [TestCase(48, 2, 7L, 6, 7)]
    [TestCase(48, 2, 70L, 6, 12)]
    public void Steps_are_full_batches_of_all_epochs_up_to_the_limit(int samples, int epochs, long? limit, long perEpoch, long steps)
    {
        TrialConfiguration configuration = Trials.Configuration with
        {
            Training = new TrainingOptions { Epochs = epochs, MaxSteps = limit },
        };

        Assert.That(TrainingLength.Of(configuration, samples), Is.EqualTo(new TrainingLength(perEpoch, steps)));
    }

    [Test]
    public void An_epoch_ends_with_its_last_step_or_with_the_training()
    {
        var length = new TrainingLength(StepsPerEpoch: 6, Steps: 8);

        Assert.That(Enumerable.Range(1, 8).Where(step => length.EndsEpoch(step)), Is.EqualTo(new[] { 6, 8 }));
        Assert.That(length.EpochAfter(9), Is.EqualTo(1.5));
    }

    [Test]
    public void A_batch_that_cannot_be_filled_is_refused() =>
        Assert.That(() => TrainingLength.Of(Trials.Configuration, 7), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
