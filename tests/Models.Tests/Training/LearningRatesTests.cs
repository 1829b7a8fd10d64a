using Orchestrator.Models.Training;

namespace Orchestrator.Models.Tests.Training;

internal sealed class LearningRatesTests
{
    private readonly TrainingLength _length = new(StepsPerEpoch: 10, Steps: 100);

    [TestCase(LearningRateDecay.Constant, 99, 1.0)]
    [TestCase(LearningRateDecay.Step, 19, 1.0)]
    [TestCase(LearningRateDecay.Step, 20, 0.5)]
    [TestCase(LearningRateDecay.Step, 40, 0.25)]
    [TestCase(LearningRateDecay.Exponential, 20, 0.5)]
    [TestCase(LearningRateDecay.Exponential, 10, 0.70710678118654757)]
    [TestCase(LearningRateDecay.Cosine, 0, 1.0)]
    [TestCase(LearningRateDecay.Cosine, 50, 0.75)]
    [TestCase(LearningRateDecay.Cosine, 100, 0.5)]
    [TestCase(LearningRateDecay.Linear, 50, 0.75)]
    [TestCase(LearningRateDecay.Linear, 100, 0.5)]
    public void Decays_pass_through_their_known_points(LearningRateDecay kind, long step, double factor)
    {
        var optimizer = new OptimizerOptions
        {
            LearningRate = 2,
            Schedule = new LearningRateSchedule { Kind = kind, Factor = 0.5, EveryEpochs = 2 },
        };

        Assert.That(LearningRates.At(optimizer, _length, step), Is.EqualTo(2 * factor).Within(1e-12));
    }

    [TestCase(0, 0.25)]
    [TestCase(2, 0.75)]
    [TestCase(3, 1.0)]
    [TestCase(4, 1.0)]
    [TestCase(52, 0.5)]
    public void Warm_up_rises_to_the_whole_rate_and_the_decay_follows(long step, double factor)
    {
        var optimizer = new OptimizerOptions
        {
            LearningRate = 1,
            Schedule = new LearningRateSchedule { Kind = LearningRateDecay.Linear, Factor = 0, WarmupSteps = 4 },
        };

        Assert.That(LearningRates.At(optimizer, _length, step), Is.EqualTo(factor).Within(1e-12));
    }

    [Test]
    public void A_warm_up_longer_than_the_training_stays_below_the_rate()
    {
        var optimizer = new OptimizerOptions
        {
            Schedule = new LearningRateSchedule { Kind = LearningRateDecay.Cosine, WarmupSteps = 1000 },
        };

        Assert.That(LearningRates.At(optimizer, _length, 99), Is.EqualTo(optimizer.LearningRate / 10));
    }
}
