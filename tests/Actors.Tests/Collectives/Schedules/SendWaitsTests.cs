using Orchestrator.Actors.Collectives.Schedules;

namespace Orchestrator.Actors.Tests.Collectives.Schedules;

internal sealed class SendWaitsTests
{
    [Test]
    public void A_place_is_written_when_it_has_been_taken_and_not_later() =>
        Assert.That(
            SendWaits.Insert([Step.Send(1, 0), Step.Send(1, 5), Step.Receive(2, 0), Step.Receive(2, 0)]),
            Is.EqualTo(new[]
            {
                Step.Send(1, 0), Step.Send(1, 5), Step.AwaitSent(1, 1), Step.Receive(2, 0), Step.Receive(2, 0), Step.AwaitSent(1, 0),
            }));

    [Test]
    public void What_is_not_sent_is_written_at_once() =>
        Assert.That(
            SendWaits.Insert([Step.Send(1, 0), Step.Receive(2, 1)]),
            Is.EqualTo(new[] { Step.Send(1, 0), Step.Receive(2, 1), Step.AwaitSent(1, 0) }));

    [Test]
    public void A_range_is_written_when_whatever_it_meets_has_been_taken() =>
        Assert.That(
            SendWaits.Insert([Step.Send(1, 4, count: 2), Step.Send(2, 7), Step.Receive(3, 5, count: 3)]),
            Is.EqualTo(new[]
            {
                Step.Send(1, 4, count: 2), Step.Send(2, 7), Step.AwaitSent(2, 0), Step.AwaitSent(1, 0), Step.Receive(3, 5, count: 3),
            }));

    [Test]
    public void A_scratch_place_is_one_memory_whatever_it_holds() =>
        Assert.That(
            SendWaits.Insert([Step.Send(1, 0, place: 0), Step.Receive(2, 9, place: 0)]),
            Is.EqualTo(new[] { Step.Send(1, 0, place: 0), Step.AwaitSent(1, 0), Step.Receive(2, 9, place: 0) }));

    [Test]
    public void A_step_takes_sixteen_bytes() =>
        Assert.That(System.Runtime.CompilerServices.Unsafe.SizeOf<Step>(), Is.EqualTo(16));
}
