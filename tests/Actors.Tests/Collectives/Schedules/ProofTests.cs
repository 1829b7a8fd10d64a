using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Tests.Collectives.Schedules;

/// <summary>Every schedule that can be asked for is right, and damage to any of them is seen.</summary>
internal sealed class ProofTests
{
    [Test]
    public void Every_schedule_does_what_its_goal_says([Range(1, 64)] int worldSize)
    {
        foreach (ScheduleSpec spec in Specs.All(worldSize))
            Assert.That(ScheduleChecker.Faults(spec.Build()), Is.Empty, spec.ToString());
    }

    [TestCaseSource(nameof(LargerWorlds))]
    public void Larger_worlds_are_no_different(ScheduleSpec spec) =>
        Assert.That(ScheduleChecker.Faults(spec.Build()), Is.Empty);

    [Test]
    public void Every_schedule_adds_numbers_as_its_proof_says([Range(1, 13)] int worldSize, [Values(1, 2, int.MaxValue)] int room)
    {
        Random random = new(worldSize);
        foreach (ScheduleSpec spec in Specs.All(worldSize))
            Assert.That(OnNumbers.IsRight(spec.Build(), room, random), Is.True, spec.ToString());
    }

    /// <summary>
    /// A damaged schedule may still be right: a wait too many, two neighbours that may as well come in the other order. One that
    /// is not reported has to be, in runs of any order over channels of any room.
    /// </summary>
    [Test]
    public void Damage_is_reported_or_does_no_harm([Range(2, 9)] int worldSize)
    {
        Random random = new(worldSize);
        int damaged = 0;
        int reported = 0;
        foreach (ScheduleSpec spec in Specs.All(worldSize))
        {
            Schedule whole = spec.Build();
            for (int repetition = 0; repetition < 40; repetition++)
            {
                Schedule schedule = Damage.AtRandom(whole, random);
                damaged++;
                if (ScheduleChecker.Faults(schedule).Count > 0)
                    reported++;
                else
                    Assert.That(IsAlwaysRight(schedule, random), Is.True, () => $"{spec} at repetition {repetition}");
            }
        }

        Assert.That(reported, Is.GreaterThan(damaged / 2));
    }

    private static bool IsAlwaysRight(Schedule schedule, Random random) =>
        OnNumbers.IsRight(schedule, room: 1, random)
        && OnNumbers.IsRight(schedule, room: 2, random)
        && OnNumbers.IsRight(schedule, int.MaxValue, random)
        && OnNumbers.IsRight(schedule, int.MaxValue, random);

    private static IEnumerable<ScheduleSpec> LargerWorlds()
    {
        Random random = new(2009);
        foreach (ScheduleSpec anySize in Specs.All(4).Where(spec => spec.Goal.Root == 0))
        {
            bool isLarge = anySize.Algorithm is Algorithm.Ring or Algorithm.Direct or Algorithm.Chain;
            yield return anySize with { WorldSize = random.Next(65, isLarge ? 300 : 1024) };
        }

        yield return ScheduleSpec.AllReduce(Algorithm.Ring, 1024);
        yield return ScheduleSpec.AllReduce(Algorithm.HalvingDoubling, 1023);
        yield return ScheduleSpec.AllReduce(Algorithm.RecursiveDoubling, 1024);
    }
}
