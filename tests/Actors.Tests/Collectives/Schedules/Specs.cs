using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Tests.Collectives.Schedules;

/// <summary>What schedules can be asked for.</summary>
internal static class Specs
{
    /// <summary>Every collective and algorithm for a world, with several channels, segments, node sizes and roots.</summary>
    public static IEnumerable<ScheduleSpec> All(int worldSize)
    {
        foreach (Algorithm algorithm in ScheduleSpec.AlgorithmsFor(CollectiveKind.AllReduce))
        {
            foreach (ScheduleSpec spec in Variants(ScheduleSpec.AllReduce(algorithm, worldSize)))
                yield return spec;
        }

        foreach (CollectiveKind kind in Enum.GetValues<CollectiveKind>().Except([CollectiveKind.AllReduce]))
        {
            foreach (Algorithm algorithm in ScheduleSpec.AlgorithmsFor(kind))
            {
                foreach (int root in kind == CollectiveKind.Broadcast ? new[] { 0, worldSize / 2, worldSize - 1 }.Distinct() : [0])
                {
                    foreach (ScheduleSpec spec in Variants(new(new CollectiveGoal(kind, root), algorithm, worldSize, 1, 1, 1)))
                        yield return spec;
                }
            }
        }
    }

    private static IEnumerable<ScheduleSpec> Variants(ScheduleSpec spec)
    {
        IEnumerable<ScheduleSpec> variants =
        [
            spec,
            .. new[] { 2, 3, 4 }.Select(channels => spec with { Channels = channels }),
            .. new[] { 2, 5 }.Select(segments => spec with { Segments = segments }),
            .. new[] { 2, 3, 4, 8 }.Select(nodeSize => spec with { NodeSize = nodeSize }),
        ];
        return variants.Select(variant => variant.Normalized()).Distinct();
    }
}
