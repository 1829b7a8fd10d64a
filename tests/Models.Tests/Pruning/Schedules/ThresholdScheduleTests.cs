using CsCheck;
using Orchestrator.Models.Pruning;
using Orchestrator.Models.Pruning.Schedules;

namespace Orchestrator.Models.Tests.Pruning.Schedules;

internal sealed class ThresholdScheduleTests
{
    /// <summary>f = 10, θ = 2·q·10 / (2·40 + 3·60) = 1 for q = 13, φ = 1.5.</summary>
    private static readonly PruningProgram Program = new()
    {
        Blocks = [],
        Method = PruningMethod.GradualThreshold,
        Interval = 10,
        Start = 100,
        Ramp = 140,
        End = 200,
    };

    [Test]
    public void Theta_is_the_papers() => Assert.That(ThresholdSchedule.Theta(Program, 13), Is.EqualTo(1).Within(1e-15));

    [Test]
    public void Theta_is_the_papers_for_any_length() =>
        Gen.Select(Gen.Long[0, 1000], Gen.Long[0, 1000], Gen.Long[1, 1000], Gen.Double[0.001, 10]).Sample((start, rise, rest, q) =>
        {
            PruningProgram program = Program with { Start = start, Ramp = start + rise, End = start + rise + rest };

            Assert.That(
                ThresholdSchedule.Theta(program, q), Is.EqualTo(2 * q * 10 / ((2.0 * rise) + (3.0 * rest))).Within(1e-12).Percent);
        });

    [TestCase(100, 0.0, Description = "i = 99 < start")]
    [TestCase(101, 0.1, Description = "i = 100: θ · 1 / 10")]
    [TestCase(110, 1.0)]
    [TestCase(140, 4.0, Description = "i = 139, the last of the first slope: 40 / 10")]
    [TestCase(141, 4.25, Description = "i = 140 = ramp: (41 + 1.5) / 10")]
    [TestCase(150, 5.6, Description = "(41 + 1.5 · 10) / 10")]
    [TestCase(199, 12.95, Description = "(41 + 1.5 · 59) / 10")]
    [TestCase(200, 13.0, Description = "(41 + 1.5 · 60) / 10 = 13.1, capped at q")]
    public void Epsilon_is_the_papers(long step, double epsilon) =>
        Assert.That(ThresholdSchedule.At(Program, 13, step), Is.EqualTo(epsilon).Within(1e-12));

    [Test]
    public void The_cap_acts_in_the_last_steps_alone() =>
        Gen.Select(Gen.Long[0, 300], Gen.Long[5, 300], Gen.Double[0.5, 4]).Sample((rise, rest, ratio) =>
        {
            PruningProgram program = Program with { Start = 0, Ramp = rise, End = rise + rest, RampRatio = ratio };
            long step = program.End - (long)Math.Ceiling(1 / ratio) - 1;

            Assert.That(ThresholdSchedule.At(program, 1, step), Is.LessThan(1));
            Assert.That(ThresholdSchedule.At(program, 1, program.End), Is.EqualTo(1));
        });
}
