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
        Assert.That(ThisMachine.Describe(GangTransport.Tcp).Id, Is.EqualTo(ThisMachine.Describe(GangTransport.Tcp).Id));
        Assert.That(ThisMachine.Describe(GangTransport.Tcp).Id, Is.Not.EqualTo(ThisMachine.Describe(GangTransport.InProcess).Id));
    }
}
