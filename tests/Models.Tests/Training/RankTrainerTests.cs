using Orchestrator.Models.Networks;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Training;
using TorchSharp;

namespace Orchestrator.Models.Tests.Training;

internal sealed class RankTrainerTests
{
    private static readonly TrialConfiguration Pruned = Trials.Configuration with
    {
        Pruning = new PruningOptions
        {
            Method = PruningMethod.GradualCubic,
            Sparsity = 0.8,
            InitialSparsity = 0.5,
            Interval = 3,
            StartEpoch = 0,
            EndEpoch = 1,
        },
    };

    [Test]
    public void Masked_weights_have_gradients_only_where_the_masks_are_renewed_behind_the_step()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        TrialRun run = Trials.Run(Pruned, Trials.Folder());
        using var trainer = new RankTrainer(run, TrainingLength.Of(Pruned, run.Data.Train.Count));
        _ = trainer.RenewMasks(0);

        for (long step = 0; step < 12; step++)
        {
            byte[] mask = trainer.Masks.FlatMask.bytes.ToArray();

            StepOutcome outcome = trainer.Step([0, 1, 2, 3, 4, 5, 6, 7], step, wantsStop: false);

            bool any = trainer.Parameters.Gradients.Floats().ToArray().Where((_, index) => mask[index] == 0).Any(value => value != 0);
            Assert.That(any, Is.EqualTo(step is 2 or 5), $"step {step}");
            Assert.That(outcome.Renewed, Is.EqualTo(step is 2 or 5), $"step {step}");
        }
    }

    [Test]
    public void The_norm_counts_no_masked_gradient()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        TrialRun run = Trials.Run(Pruned, Trials.Folder());
        using var trainer = new RankTrainer(run, TrainingLength.Of(Pruned, run.Data.Train.Count));
        using var dense = new RankTrainer(run with { Pruning = PruningProgram.Dense }, TrainingLength.Of(Pruned, run.Data.Train.Count));
        _ = trainer.RenewMasks(0);
        trainer.Parameters.Values.Floats().CopyTo(dense.Parameters.Values.Floats());
        byte[] mask = trainer.Masks.FlatMask.bytes.ToArray();

        StepOutcome outcome = trainer.Step([0, 1, 2, 3, 4, 5, 6, 7], 0, wantsStop: false);
        StepOutcome all = dense.Step([0, 1, 2, 3, 4, 5, 6, 7], 0, wantsStop: false);

        // The dense one clips, which scales what is left in its buffer.
        double scale = all.GradientNorm > 1 ? all.GradientNorm : 1;
        double expected = Math.Sqrt(dense.Parameters.Gradients.Floats().ToArray().Where((_, index) => mask[index] == 1).Sum(value => (double)value * value)) * scale;
        Assert.That(outcome.GradientNorm, Is.EqualTo(expected).Within(1e-4).Percent);
        Assert.That(outcome.GradientNorm, Is.LessThan(all.GradientNorm));
    }
}
