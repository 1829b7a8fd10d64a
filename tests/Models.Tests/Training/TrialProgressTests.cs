using Orchestrator.Models.Checkpoints;
using Orchestrator.Models.Training;

namespace Orchestrator.Models.Tests.Training;

internal sealed class TrialProgressTests
{
    private static readonly MetricPoint[] Points =
    [
        new("train/loss", 3, 0.1, 1.0 / 3),
        new("clock/seconds", 3, 0.1, 17),
        new("train/loss", 6, 0.2, double.NaN),
        new("validation/loss", 6, 0.2, -0.0),
    ];

    [Test]
    public void Everything_comes_back_bit_by_bit()
    {
        TrialProgress progress = Progress();

        TrialProgress loaded = TrialProgress.Load(progress.Save(seconds: 12.5));

        Assert.That(loaded.History, Is.EqualTo(progress.History));
        Assert.That(
            (loaded.Step, loaded.SummedSteps, loaded.MeanLoss, loaded.MeanGradientNorm, loaded.SecondsBefore),
            Is.EqualTo((2L, 2L, progress.MeanLoss, progress.MeanGradientNorm, 12.5)));
        loaded.Count(0.7, 0.1);
        progress.Count(0.7, 0.1);
        Assert.That(loaded.MeanLoss, Is.EqualTo(progress.MeanLoss));
    }

    [Test]
    public void The_result_has_last_values_and_nothing_of_a_clock() =>
        Assert.That(Progress().LastValues().Keys, Is.EqualTo(new[] { "train/loss", "validation/loss" }));

    [TestCase("progress.steps")]
    [TestCase("history.step")]
    [TestCase("history.names")]
    public void What_lacks_something_is_refused(string missing)
    {
        SafeTensorsContent content = Progress().Save(0);

        SafeTensorsContent cut = content with { Tensors = [.. content.Tensors.Where(tensor => tensor.Name != missing)] };

        Assert.That(() => TrialProgress.Load(cut), Throws.TypeOf<SafeTensorsException>());
    }

    private static TrialProgress Progress()
    {
        var progress = new TrialProgress();
        progress.Count(0.1, 2);
        progress.Count(0.2, 3);
        progress.Add(Points);
        return progress;
    }
}
