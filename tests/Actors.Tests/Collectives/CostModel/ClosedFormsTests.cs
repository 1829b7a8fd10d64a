using Orchestrator.Actors.Collectives.CostModel;
using Orchestrator.Actors.Collectives.Schedules;
using Orchestrator.Actors.Tests.Collectives.Schedules;

namespace Orchestrator.Actors.Tests.Collectives.CostModel;

internal sealed class ClosedFormsTests
{
    private const int ElementBytes = 4;

    private static readonly LinkCosts[] Models =
    [
        new(20, 0, 0),
        new(0, 3, 0),
        new(0, 3, 1),
        new(500, 2, 1),
        new(20_000, 2, 1),
        new(400_000, 3, 0.5),
        new(500, MessageTime.PerByte(2, perMessage: 2000), MessageTime.PerByte(1)),
    ];

    private static readonly int[] WorldSizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 64];

    [Test]
    public void The_simulation_says_what_the_formula_says([ValueSource(nameof(WorldSizes))] int worldSize)
    {
        foreach (ScheduleSpec spec in Specs.All(worldSize).Where(spec => spec.Goal.Root == 0))
            Compare(spec, LengthFor(spec.Build()));
    }

    [TestCase(100)]
    [TestCase(256)]
    public void So_it_does_for_larger_worlds(int worldSize)
    {
        foreach (Algorithm algorithm in ScheduleSpec.AlgorithmsFor(CollectiveKind.AllReduce))
        {
            ScheduleSpec spec = ScheduleSpec.AllReduce(algorithm, worldSize, segments: 4, nodeSize: 4).Normalized();
            if (algorithm != Algorithm.Chain)
                Compare(spec, 4L * 4 * 64 * 25 * worldSize);
        }
    }

    [TestCase(Algorithm.RecursiveDoubling)]
    [TestCase(Algorithm.HalvingDoubling)]
    [TestCase(Algorithm.Tree)]
    public void So_it_does_for_65536_ranks(Algorithm algorithm)
    {
        ScheduleSpec spec = ScheduleSpec.AllReduce(algorithm, 65_536);
        Links links = Links.AllAlike(new LinkCosts(5000, 2, 1));
        const long length = 65_536 * 10;

        double time = ScheduleCost.Predict(spec.Build(), length, ElementBytes, links);

        Assert.That(time, Is.EqualTo(ClosedForms.Time(spec, length * ElementBytes, links)).Within(1e-9).Percent);
    }

    [Test]
    public void There_is_a_formula_for_every_collective_and_algorithm()
    {
        var named = ClosedForms.All.Select(form => (form.Kind, form.Algorithm));
        var wanted =
            from kind in Enum.GetValues<CollectiveKind>()
            from algorithm in ScheduleSpec.AlgorithmsFor(kind)
            select (kind, algorithm);

        Assert.That(named, Is.EquivalentTo(wanted));
    }

    [Test]
    public void The_documents_give_these_formulas()
    {
        string folder = TestContext.CurrentContext.TestDirectory;
        while (!File.Exists(Path.Combine(folder, "Orchestrator.sln")))
            folder = Path.GetDirectoryName(folder)!;
        string page = File.ReadAllText(Path.Combine(folder, "docs", "collectives", "crossover.md"));

        Assert.That(ClosedForms.All.Where(form => !page.Contains(form.Formula, StringComparison.Ordinal)), Is.Empty);
    }

    /// <summary>Times grow with bytes, so that an uneven buffer lies between the even ones around it.</summary>
    [TestCase(Algorithm.Ring, 3)]
    [TestCase(Algorithm.Ring, 8)]
    [TestCase(Algorithm.Direct, 8)]
    [TestCase(Algorithm.Direct, 13)]
    [TestCase(Algorithm.HalvingDoubling, 8)]
    [TestCase(Algorithm.HalvingDoubling, 16)]
    public void An_uneven_buffer_costs_what_lies_between_the_even_ones_around_it(Algorithm algorithm, int worldSize)
    {
        ScheduleSpec spec = ScheduleSpec.AllReduce(algorithm, worldSize);
        Links links = Links.AllAlike(new LinkCosts(100, 3, 2));
        Schedule schedule = spec.Build();
        for (int rest = 0; rest < schedule.Chunks; rest++)
        {
            long even = 7L * schedule.Chunks;

            double time = ScheduleCost.Predict(schedule, even + rest, ElementBytes, links);

            double below = ClosedForms.Time(spec, even * ElementBytes, links);
            double above = ClosedForms.Time(spec, (even + schedule.Chunks) * ElementBytes, links);
            Assert.That(time, Is.InRange(below - 1e-6, above + 1e-6));
        }
    }

    [Test]
    public void Formulas_of_powers_of_two_know_which_ranks_share_a_node(
        [Values(Algorithm.RecursiveDoubling, Algorithm.HalvingDoubling)] Algorithm algorithm)
    {
        ScheduleSpec spec = ScheduleSpec.AllReduce(algorithm, 64);
        Links links = new(new LinkCosts(10, 1, 1), new LinkCosts(500, 9, 1), NodeSize: 8);

        double time = ScheduleCost.Predict(spec.Build(), 6400, ElementBytes, links);

        Assert.That(time, Is.EqualTo(ClosedForms.Time(spec, 6400 * ElementBytes, links)).Within(1e-9).Percent);
    }

    private static void Compare(ScheduleSpec spec, long length)
    {
        ClosedForm form = ClosedForms.For(spec);
        Schedule schedule = spec.Build();
        foreach (LinkCosts model in Models)
        {
            Links links = spec.NodeSize > 1
                ? new Links(model with { Alpha = model.Alpha / 10, Moving = model.Moving.Times(0.2) }, model, spec.NodeSize)
                : Links.AllAlike(model);
            double formula = ClosedForms.Time(spec, length * ElementBytes, links);

            double time = ScheduleCost.Predict(schedule, length, ElementBytes, links);

            if (form.IsExact(spec))
                Assert.That(time, Is.EqualTo(formula).Within(1e-9).Percent, $"{spec} with {model}");
            else
                Assert.That(time, Is.InRange(form.Low * formula, form.High * formula), $"{spec} with {model}");
        }
    }

    /// <summary>Such that all chunks are equally long.</summary>
    private static long LengthFor(Schedule schedule) =>
        schedule.Goal.Kind == CollectiveKind.Barrier ? 0 : 1000L * schedule.Chunks;
}
