using CsCheck;
using Orchestrator.Actors.Collectives.CostModel;

namespace Orchestrator.Actors.Tests.Collectives.CostModel;

internal sealed class EventQueueTests
{
    [Test]
    public void Events_come_by_time_then_by_number() =>
        Gen.Int[0, 20].List[0, 200].Sample(times =>
        {
            EventQueue queue = new(capacity: 1);
            foreach ((int number, int time) in times.Index())
                queue.Add(time, number);

            List<(double, int)> taken = [];
            while (queue.TryTake(out double time, out int number))
                taken.Add((time, number));

            Assert.That(taken, Is.EqualTo(times.Select((time, number) => ((double)time, number)).Order()));
        });
}
