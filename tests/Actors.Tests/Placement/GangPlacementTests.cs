using System.Collections.Immutable;
using CsCheck;
using Orchestrator.Actors.Placement;

namespace Orchestrator.Actors.Tests.Placement;

internal sealed class GangPlacementTests
{
    [Test]
    public void The_first_trial_starts_if_it_fits()
    {
        ReadyQueue ready = ReadyQueue.Empty.Add(3, 1).Add(1, 2);

        Assert.That(GangPlacement.Next(ready, freeSlots: 2, overtakes: 0), Is.EqualTo((1, 2)));
    }

    [Test]
    public void A_smaller_one_may_overtake_it_if_it_does_not()
    {
        ReadyQueue ready = ReadyQueue.Empty.Add(3, 1).Add(1, 2);

        Assert.That(GangPlacement.Next(ready, freeSlots: 1, overtakes: 0), Is.EqualTo((3, 1)));
    }

    [Test]
    public void But_not_for_ever()
    {
        ReadyQueue ready = ReadyQueue.Empty.Add(3, 1).Add(1, 2);

        Assert.That(GangPlacement.Next(ready, freeSlots: 1, GangPlacement.OvertakesMax), Is.Null);
    }

    [Test]
    public void Nothing_starts_where_nothing_fits()
    {
        Assert.That(GangPlacement.Next(ReadyQueue.Empty.Add(0, 2), freeSlots: 1, overtakes: 0), Is.Null);
        Assert.That(GangPlacement.Next(ReadyQueue.Empty, freeSlots: 1, overtakes: 0), Is.Null);
    }

    [Test]
    public void A_gang_gets_as_many_different_workers_as_it_has_ranks()
    {
        ImmutableSortedSet<string> free = ["c", "a", "b"];

        Assert.That(GangPlacement.WorkersFor(2, free), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(() => GangPlacement.WorkersFor(4, free), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void The_queue_gives_what_a_search_of_all_would() =>
        Gen.Select(Gen.Select(Gen.Int[0, 20], Gen.Int[1, 4]).Array[0, 20], Gen.Int[0, 5]).Sample((drawn, slots) =>
        {
            (int Trial, int WorldSize)[] trials = [.. drawn.DistinctBy(trial => trial.Item1)];
            ReadyQueue queue = trials.Aggregate(ReadyQueue.Empty, (ready, trial) => ready.Add(trial.Trial, trial.WorldSize));

            (int, int)? expected = trials.Where(trial => trial.WorldSize <= slots)
                .OrderBy(trial => trial.Trial)
                .Select(trial => ((int, int)?)trial)
                .FirstOrDefault();
            ReadyQueue emptied = trials.Aggregate(queue, (ready, trial) => ready.Remove(trial.Trial, trial.WorldSize));

            return queue.FirstOf(slots) == expected && emptied.IsEmpty;
        });
}
