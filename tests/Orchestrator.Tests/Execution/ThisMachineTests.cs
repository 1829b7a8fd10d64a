using Orchestrator.Actors.Workers;
using Orchestrator.Execution;

namespace Orchestrator.Tests.Execution;

internal sealed class ThisMachineTests
{
    [Test]
    public void The_transport_is_a_fact_of_the_machine() =>
        Assert.That(
            ThisMachine.Describe(GangTransport.SharedMemory).Machine,
            Does.Contain(KeyValuePair.Create("Transport", "shared-memory")));

    [Test]
    public void Processes_that_differ_in_nothing_are_the_same_environment()
    {
        string[] ids = [.. new[] { GangTransport.Tcp, GangTransport.Tcp, GangTransport.InProcess }.Select(Id)];

        Assert.That(ids[1], Is.EqualTo(ids[0]));
        Assert.That(ids[2], Is.Not.EqualTo(ids[0]));
    }

    private static string Id(GangTransport transport) => ThisMachine.Describe(transport).Id;
}
