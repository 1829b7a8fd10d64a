using CsCheck;
using Orchestrator.Actors.Metrics;

namespace Orchestrator.Actors.Tests.Metrics;

internal sealed class BatchLedgerTests
{
    [Test]
    public void Every_batch_is_new_exactly_once_in_whatever_order_and_however_often_it_comes() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 1]).Array[0, 200].Sample(arrivals =>
        {
            var ledger = new BatchLedger();
            var seen = new HashSet<(int, int)>();
            return arrivals.All(arrival =>
            {
                (int sequence, int rank) = arrival;
                BatchLedger.Verdict verdict = ledger.Admit("t0", token: 3, rank, sequence);
                return verdict == (seen.Add(arrival) ? BatchLedger.Verdict.New : BatchLedger.Verdict.Duplicate);
            });
        });

    [Test]
    public void An_attempt_is_stale_as_soon_as_a_newer_one_was_heard_of()
    {
        var ledger = new BatchLedger();

        Assert.That(ledger.Admit("t0", token: 3, rank: 0, sequence: 0), Is.EqualTo(BatchLedger.Verdict.New));
        ledger.Fence("t0", token: 4);
        Assert.That(ledger.Admit("t0", token: 3, rank: 0, sequence: 1), Is.EqualTo(BatchLedger.Verdict.Stale));
        Assert.That(ledger.Admit("t0", token: 4, rank: 0, sequence: 0), Is.EqualTo(BatchLedger.Verdict.New));
        Assert.That(ledger.Admit("t1", token: 2, rank: 0, sequence: 0), Is.EqualTo(BatchLedger.Verdict.New));
    }
}
