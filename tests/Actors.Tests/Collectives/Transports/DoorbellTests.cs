using Orchestrator.Actors.Collectives.Transports;

namespace Orchestrator.Actors.Tests.Collectives.Transports;

internal sealed class DoorbellTests
{
    private const int Rounds = 20_000;

    [Test]
    public void No_ring_is_lost_in_twenty_thousand_rounds([Values] bool spin)
    {
        Doorbell[] doorbells = [new(), new()];
        int turn = 0;

        bool[] heardAll = Gang.Run(2, rank =>
        {
            bool heard = true;
            for (int round = rank; round < Rounds && heard; round += 2)
            {
                heard = doorbells[rank].Wait(
                    round, expected => Volatile.Read(ref turn) == expected, Deadline.In(TimeSpan.FromSeconds(20)), spin);
                Volatile.Write(ref turn, round + 1);
                doorbells[1 - rank].Ring();
            }

            return heard;
        });

        Assert.That(heardAll, Is.All.True);
    }

    [Test]
    public void A_wait_ends_at_its_deadline([Values] bool spin)
    {
        bool came = new Doorbell().Wait(0, static _ => false, Deadline.In(TimeSpan.FromMilliseconds(20)), spin);

        Assert.That(came, Is.False);
    }
}
