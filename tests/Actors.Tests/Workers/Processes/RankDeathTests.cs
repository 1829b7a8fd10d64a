using Orchestrator.Actors.Coordination;
using Orchestrator.Actors.Workers.Processes;

namespace Orchestrator.Actors.Tests.Workers.Processes;

internal sealed class RankDeathTests
{
    [TestCase(128 + 9, false, "", FailureKind.NodeLoss)]
    [TestCase(128 + 9, true, "", FailureKind.OutOfMemory)]
    [TestCase(128 + 15, true, "", FailureKind.NodeLoss)]
    [TestCase(128 + 2, false, "", FailureKind.NodeLoss)]
    [TestCase(128 + 6, false, "Out of memory.", FailureKind.OutOfMemory)]
    [TestCase(128 + 6, false, "Unhandled exception. System.OutOfMemoryException: no", FailureKind.OutOfMemory)]
    [TestCase(128 + 6, false, "terminate called after throwing an instance of 'std::bad_alloc'", FailureKind.OutOfMemory)]
    [TestCase(128 + 6, false, "Unhandled exception. System.FormatException: no", FailureKind.Bug)]
    [TestCase(128 + 11, false, "", FailureKind.Bug)]
    [TestCase(0, false, "", FailureKind.Bug)]
    [TestCase(70, false, "", FailureKind.Bug)]
    public void The_kind_follows_from_how_it_died(int exitCode, bool killedForMemory, string lastWords, FailureKind expected) =>
        Assert.That(RankDeath.FaultOf(exitCode, killedForMemory, lastWords).Kind, Is.EqualTo(expected));

    [Test]
    public void The_reason_names_the_signal_and_the_last_words() =>
        Assert.That(RankDeath.FaultOf(128 + 11, false, "corrupted").Reason, Does.Contain("signal 11").And.Contain("corrupted"));

    [Test]
    public void The_reason_is_never_longer_than_a_journal_takes() =>
        Assert.That(
            RankDeath.FaultOf(1, false, new string('x', 2 * Fault.ReasonLengthMax)).Reason,
            Has.Length.EqualTo(Fault.ReasonLengthMax));

    [Test]
    [Platform("Linux")]
    public void The_kernel_says_how_many_it_has_killed_for_memory()
    {
        string? line = File.ReadLines("/proc/vmstat").FirstOrDefault(line => line.StartsWith("oom_kill ", StringComparison.Ordinal));
        if (line is null)
            Assert.Ignore("This kernel has no counter `oom_kill` in /proc/vmstat.");

        Assert.That(RankDeath.KillsForMemory(), Is.EqualTo(long.Parse(line!["oom_kill ".Length..])));
    }
}
