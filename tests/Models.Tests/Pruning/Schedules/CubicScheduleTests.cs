using Orchestrator.Models.Pruning;
using Orchestrator.Models.Pruning.Schedules;

namespace Orchestrator.Models.Tests.Pruning.Schedules;

internal sealed class CubicScheduleTests
{
    private static readonly PruningProgram Program = new()
    {
        Blocks = [],
        Method = PruningMethod.GradualCubic,
        Start = 100,
        End = 500,
        InitialSparsity = 0.2,
    };

    [TestCase(100, 0.2)]
    [TestCase(200, 0.66250, Description = "1 − 0.8 · 0.75³")]
    [TestCase(300, 0.9, Description = "1 − 0.8 · 0.5³")]
    [TestCase(400, 0.98750, Description = "1 − 0.8 · 0.25³")]
    public void The_sparsity_follows_the_cube(long step, double sparsity) =>
        Assert.That(CubicSchedule.At(Program, 1, step), Is.EqualTo(sparsity).Within(1e-15));

    [Test]
    public void The_last_update_has_the_final_sparsity_to_the_bit() =>
        Assert.That(CubicSchedule.At(Program, 0.9, 500), Is.EqualTo(0.9));

    [Test]
    public void A_single_update_has_the_final_sparsity() =>
        Assert.That(CubicSchedule.At(Program with { End = 100 }, 0.9, 100), Is.EqualTo(0.9));

    [Test]
    public void A_block_with_less_than_the_initial_sparsity_has_its_own_throughout() =>
        Assert.That(CubicSchedule.At(Program, 0.1, 100), Is.EqualTo(0.1));
}
